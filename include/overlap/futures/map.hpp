// include/overlap/futures/map.hpp
//
// The results of executor.map(): lazy, in order, and never more in flight than was allowed.
//
// Threads: a result belongs to one thread at a time; iterating blocks that thread.
//
// Invariants
//   1. Elements submitted and not yet given to the caller are at most `buffersize`.
//   2. Each element comes at its place, as a value or as a thrown exception; the next one can be asked for.
//   3. The result keeps the executor's workers alive, until it is destroyed.
#pragma once

#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

#include <overlap/base/duration.hpp>
#include <overlap/futures/detail/completion_set.hpp>
#include <overlap/futures/detail/map_feed.hpp>
#include <overlap/futures/map_options.hpp>

namespace overlap::futures {

namespace detail {
/// What dereferencing gives.
template <class Result>
struct mapped_reference {
  using type = Result&&;
};
template <>
struct mapped_reference<void> {
  using type = none&&;
};
}  // namespace detail

template <class Result>
class map_outcomes;

/// The results of map(): an input range.
///
/// Iterating gives `Result&&`, to be moved from; for a function that returns nothing a `none`. An element
/// whose call threw throws when it is read; `++` goes on with the next. Beginning again goes on behind the
/// last element read.
///
/// Destroying it cancels what has not begun, asks functions that take a stop token to stop, and does not wait
/// for those that run, unless the executor is gone already.
///
/// Python   the iterator of Executor.map, as of 3.16
template <class Result>
class [[nodiscard("a map is lazy: iterate over it, or call wait()")]] map_result {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = std::remove_cvref_t<typename detail::mapped_reference<Result>::type>;
    using difference_type = std::ptrdiff_t;

    /// The element. Blocks until it is there. Throws what the function threw, timeout_error, cancelled_error
    /// if the executor's shutdown cancelled it.
    typename detail::mapped_reference<Result>::type operator*() const { return range_->read(); }
    iterator& operator++() {
      range_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& position, std::default_sentinel_t) noexcept {
      return position.is_at_end();
    }

   private:
    friend class map_result;
    explicit iterator(map_result* range) noexcept : range_(range) {}
    [[nodiscard]] bool is_at_end() const noexcept { return range_->is_at_end(); }
    map_result* range_;
  };

  /// Made by map().
  map_result(detail::core_user core, detail::feed_owner<Result> feed, const detail::map_plan& plan)
      : core_(std::move(core)), feed_(std::move(feed)), plan_(plan) {
    fill();
  }
  map_result(map_result&& other) noexcept = default;
  map_result& operator=(map_result&& other) noexcept {
    if (this != &other) {
      this->~map_result();
      ::new (static_cast<void*>(this)) map_result(std::move(other));
    }
    return *this;
  }
  ~map_result() {
    for (std::size_t index = first_; index < window_.size(); ++index) {
      if (!window_[index].cancel()) window_[index].request_stop();
    }
    set_.cancel_all();
  }

  iterator begin() {
    if (is_fetched_ && is_read_) advance();
    return iterator(this);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  /// Works through all that is left and drops the values. Throws at the first element that failed.
  void wait() {
    for (auto&& unused : *this) static_cast<void>(unused);
  }

  /// For those who wait in another way: done as soon as reading would not block; until when it may.
  [[nodiscard]] future<void> arrival();
  [[nodiscard]] duration time_left() const noexcept { return detail::duration_until(plan_.until); }

  /// The same elements as outcomes, so that an error is a value and the loop goes on:
  ///
  ///     for (auto&& each : pool.map(fetch, urls).outcomes()) each.has_value() ? use(*each) :
  ///     note(each.error());
  [[nodiscard]] map_outcomes<Result> outcomes() && { return map_outcomes<Result>(std::move(*this)); }

  /// All that is left. Throws at the first element that failed. Python: list(executor.map(…))
  [[nodiscard]] auto to_vector()
    requires(!std::is_void_v<Result>)
  {
    std::vector<typename iterator::value_type> all;
    for (auto&& each : *this) all.push_back(std::forward<decltype(each)>(each));
    return all;
  }

 private:
  friend class map_outcomes<Result>;
  using chunk = detail::map_chunk<Result>;

  [[nodiscard]] std::size_t in_flight() const noexcept { return window_.size() - first_ + set_.size(); }
  [[nodiscard]] bool has_rest_of_chunk() const noexcept { return position_ + 1 < chunk_.size(); }
  [[nodiscard]] bool is_at_end() const noexcept {
    return !is_fetched_ && !has_rest_of_chunk() && in_flight() == 0 && last_error_ == nullptr;
  }

  outcome<detail::mapped_t<Result>>& read_outcome() {
    if (!is_fetched_) fetch();
    is_read_ = true;
    return chunk_[position_];
  }

  typename detail::mapped_reference<Result>::type read() {
    auto& value = read_outcome().value();
    if constexpr (std::is_reference_v<Result>) {
      return *value;
    } else {
      return std::move(value);
    }
  }

  void advance() {
    if (!is_fetched_) fetch();
    is_fetched_ = is_read_ = false;
  }

  // Makes the next element the current one.
  void fetch() {
    if (has_rest_of_chunk()) {
      ++position_;
    } else {
      chunk next = next_chunk();
      chunk_ = std::move(next);
      position_ = 0;
    }
    is_fetched_ = true;
    // Not before: this element counts as in flight until it is given to the caller.
    if (!has_rest_of_chunk()) fill();
  }

  chunk next_chunk() {
    chunk failed;
    if (in_flight() == 0) {
      failed.emplace_back(std::exchange(last_error_, nullptr));
      return failed;
    }
    future<chunk> done = next_done();
    plan_.adapt(feed_->last_chunk_nanoseconds());
    try {
      return std::move(done).result();
    } catch (...) {
      // The job as a whole: cancelled by a shutdown, or lost with a broken executor.
      failed.emplace_back(std::current_exception());
      return failed;
    }
  }

  future<chunk> next_done() {
    if (plan_.is_ordered) {
      auto& state = detail::future_access::state(window_[first_]);
      if (!state.wait_until(plan_.until)) detail::throw_map_timeout();
      future<chunk> done = std::move(window_[first_]);
      if (++first_ > window_.size() / 2) {
        window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
      }
      return done;
    }
    detail::future_state_base* state = set_.next(plan_.until);
    if (state == nullptr) detail::throw_map_timeout();
    return detail::future_access::adopt(static_cast<detail::future_state<chunk>&>(*state));
  }

  void submit_chunk() {
    if (plan_.is_ordered) window_.emplace_back();  // no submitted job may be lost for want of memory
    try {
      future<chunk> submitted = feed_->submit_next(*core_.get(), plan_.chunk_elements);
      if (!submitted.valid()) {
        if (plan_.is_ordered) window_.pop_back();
      } else if (plan_.is_ordered) {
        window_.back() = std::move(submitted);
      } else {
        set_.add(detail::future_access::release(std::move(submitted)));
      }
    } catch (...) {
      if (plan_.is_ordered) window_.pop_back();
      throw;
    }
  }

  // Submits as much as may be in flight. What goes wrong here is the element after all that was submitted.
  void fill() noexcept {
    try {
      while (feed_->is_open() && last_error_ == nullptr && in_flight() < plan_.chunks_in_flight) {
        submit_chunk();
      }
    } catch (...) {
      last_error_ = std::current_exception();
    }
  }

  detail::core_user core_;
  detail::feed_owner<Result> feed_;
  detail::map_plan plan_;
  std::vector<future<chunk>> window_;  // ordered: a line that begins at first_
  std::size_t first_ = 0;
  detail::completion_set set_;  // unordered
  chunk chunk_;
  std::size_t position_ = 0;
  std::exception_ptr last_error_;
  bool is_fetched_ = false;  // the current element is chunk_[position_]; else it is the one after that
  bool is_read_ = false;
};

template <class Result>
future<void> map_result<Result>::arrival() {
  const bool is_here = is_fetched_ || has_rest_of_chunk() || in_flight() == 0;
  if (!is_here && !plan_.is_ordered) return set_.readiness();
  promise<void> told;
  future<void> arrived = told.get_future();
  if (is_here) {
    told.set_result();
  } else {
    window_[first_].add_done_callback([told = std::move(told)] { told.set_result(); });
  }
  return arrived;
}

/// What map_result::outcomes() returns: an input range of `outcome<Result>` (of pointers where the function
/// returns references, of `none` where it returns nothing). Reading throws timeout_error only.
template <class Result>
class [[nodiscard("a map is lazy: iterate over it")]] map_outcomes {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = outcome<detail::mapped_t<Result>>;
    using difference_type = std::ptrdiff_t;

    value_type&& operator*() const { return std::move(results_->read_outcome()); }
    iterator& operator++() {
      results_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& position, std::default_sentinel_t) noexcept {
      return position.is_at_end();
    }

   private:
    friend class map_outcomes;
    explicit iterator(map_result<Result>* results) noexcept : results_(results) {}
    [[nodiscard]] bool is_at_end() const noexcept { return results_->is_at_end(); }
    map_result<Result>* results_;
  };

  explicit map_outcomes(map_result<Result>&& results) noexcept : results_(std::move(results)) {}

  iterator begin() {
    static_cast<void>(results_.begin());
    return iterator(&results_);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  map_result<Result> results_;
};

}  // namespace overlap::futures
