// include/overlap/futures/as_completed.hpp
//
// Futures one after the other, as they get done.
//
// Threads: the range belongs to one thread at a time; it blocks that thread.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <utility>

#include <overlap/base/duration.hpp>
#include <overlap/futures/detail/completion_set.hpp>
#include <overlap/futures/detail/future_range.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::futures {

/// What as_completed() returns: an input range of futures that are done.
template <class T>
class [[nodiscard("iterate over it: it waits only then")]] as_completed_range {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = future<T>;
    using difference_type = std::ptrdiff_t;

    /// The future, to be copied or moved out.
    future<T>&& operator*() const noexcept { return std::move(range_->current_); }
    iterator& operator++() {
      range_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& position, std::default_sentinel_t) noexcept {
      return position.is_at_end();
    }

   private:
    friend class as_completed_range;
    explicit iterator(as_completed_range* range) noexcept : range_(range) {}
    [[nodiscard]] bool is_at_end() const noexcept { return range_->is_at_end_; }
    as_completed_range* range_;
  };

  /// Made by as_completed().
  template <class Range>
  as_completed_range(const Range& futures, duration timeout) : until_(detail::moment_after(timeout)) {
    for (const auto& element : futures) {
      auto& state = detail::future_access::state(detail::future_in(element));
      state.add_owner();
      if (set_.add_once(state)) ++count_;
    }
  }

  /// Waits for the first one. Throws timeout_error.
  iterator begin() {
    if (!std::exchange(has_begun_, true)) advance();
    return iterator(this);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  void advance() {
    current_ = future<T>();
    is_at_end_ = set_.size() == 0;
    if (is_at_end_) return;
    detail::future_state_base* done = set_.next(until_);
    if (done == nullptr) detail::throw_unfinished(set_.size(), count_);
    current_ = detail::future_access::adopt(static_cast<detail::future_state<T>&>(*done));
  }

  detail::completion_set set_;
  time_point until_;
  std::size_t count_ = 0;
  future<T> current_;
  bool has_begun_ = false;
  bool is_at_end_ = false;
};

/// The futures of a range, or the keys of a map of futures, as they get done: those done already first, in
/// their order. Each is given once, also if it is named twice.
///
///     for (auto future : as_completed(url_of)) use(url_of.at(future), future.result());
///
/// Parameters
///   futures   read now; the result keeps the futures, not the range.
///   timeout   counts from this call, for all of them.
/// Throws      while iterating: timeout_error "2 (of 4) futures unfinished" when the time is over.
/// Threads     blocks while iterating. A pool's worker runs awaited jobs of its pool meanwhile.
/// Python      concurrent.futures.as_completed(fs, timeout)
template <detail::future_range Range>
auto as_completed(Range&& futures, duration timeout = duration::infinite()) {
  return as_completed_range<detail::future_range_value_t<Range>>(futures, timeout);
}

template <class T>
auto as_completed(std::initializer_list<future<T>> futures, duration timeout = duration::infinite()) {
  return as_completed_range<T>(futures, timeout);
}

}  // namespace overlap::futures
