// include/overlap/futures/detail/map_feed.hpp
//
// The input side of map(): takes elements from the ranges as they are asked for and makes jobs of them, one
// for a chunk of elements.
//
// Threads: a feed belongs to its map_result; only what is in feed_function and in the jobs is seen by
// workers.
//
// Invariants
//   1. An element is read once, just before it is submitted: endless and single-pass inputs work.
//   2. An error of an input range ends the input; what was read before it is submitted first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

#include <overlap/base/detail/shared_object.hpp>
#include <overlap/base/outcome.hpp>
#include <overlap/futures/detail/executor_core.hpp>
#include <overlap/futures/detail/fork.hpp>

namespace overlap::futures {

/// What iterating over map() gives where the function returns nothing.
struct none {};

namespace detail {

/// How one result of map() is kept: a reference as a pointer, void as none.
template <class Result>
struct mapped {
  using type = Result;
};
template <class Result>
struct mapped<Result&> {
  using type = Result*;
};
template <>
struct mapped<void> {
  using type = none;
};
template <class Result>
using mapped_t = typename mapped<Result>::type;

/// The results of one job, in order.
template <class Result>
using map_chunk = std::vector<outcome<mapped_t<Result>>>;

struct chunk_time {
  std::int64_t nanoseconds = 0;  // of any of the last chunks: written by all workers
};

template <class Result>
class map_feed {
 public:
  virtual ~map_feed() = default;

  /// Submits the next chunk; an empty future at the end of the input. Throws what the input throws, and what
  /// submit throws.
  virtual future<map_chunk<Result>> submit_next(executor_core& core, std::size_t elements) = 0;

  /// There may be more. False after the end or an error.
  [[nodiscard]] bool is_open() const noexcept { return is_open_; }

  /// How long the chunk took that has ended last.
  [[nodiscard]] std::int64_t last_chunk_nanoseconds() const noexcept {
    return __atomic_load_n(&took_->nanoseconds, __ATOMIC_RELAXED);
  }

 protected:
  explicit map_feed(const chunk_time& took) noexcept : took_(&took) {}
  bool is_open_ = true;

 private:
  const chunk_time* took_;
};

/// The one who deletes a feed.
template <class Result>
class feed_owner {
 public:
  explicit feed_owner(map_feed<Result>* feed) noexcept : feed_(feed) {}
  feed_owner(feed_owner&& other) noexcept : feed_(std::exchange(other.feed_, nullptr)) {}
  feed_owner& operator=(feed_owner other) noexcept {
    std::swap(feed_, other.feed_);
    return *this;
  }
  ~feed_owner() { delete feed_; }
  map_feed<Result>* operator->() const noexcept { return feed_; }

 private:
  map_feed<Result>* feed_;
};

template <class Range>
using element_of = decltype(*std::begin(std::declval<Range&>()));

/// The range owns its elements: seen as a constant it gives constant ones. A view gives the same ones.
template <class Range>
concept owning_range =
    requires(const Range& range) { std::begin(range); } && std::is_lvalue_reference_v<element_of<Range>> &&
    std::is_const_v<std::remove_reference_t<element_of<const Range>>>;

/// One range of the input: its own, if it was given as an rvalue, and a position in it.
template <std::size_t Index, class Range>
class map_column {
  using range = std::remove_reference_t<Range>;
  using kept = std::conditional_t<std::is_lvalue_reference_v<Range>, range&, range>;

  // The elements of a container that is ours alone are moved from.
  static constexpr bool moves = !std::is_lvalue_reference_v<Range> && owning_range<range>;

 public:
  explicit map_column(Range&& given)
      : range_(std::forward<Range>(given)), position_(std::begin(range_)), end_(std::end(range_)) {}
  map_column(const map_column&) = delete;
  map_column& operator=(const map_column&) = delete;

  bool is_at_end() {
    if (std::exchange(is_used_, false)) ++position_;
    return !(position_ != end_);
  }
  std::decay_t<element_of<range>> take() {
    is_used_ = true;
    if constexpr (moves) {
      return std::move(*position_);
    } else {
      return *position_;
    }
  }

 private:
  kept range_;
  decltype(std::begin(std::declval<range&>())) position_;
  decltype(std::end(std::declval<range&>())) end_;
  bool is_used_ =
      false;  // the position was read: step before the next look, not after the read, which may block
};

/// The function, shared by the jobs of one map().
template <class Function>
struct feed_function final : overlap::detail::shared_object {
  explicit feed_function(Function&& given)
      : shared_object(&destroy_function_object), call(std::move(given)) {}
  static void destroy_function_object(const shared_object* object) noexcept {
    delete static_cast<const feed_function*>(object);
  }
  mutable Function call;
  mutable chunk_time took;
};

/// How `function` is called with an element of each range: with copies, and a stop token first if it takes
/// one.
template <class Function, class... Ranges>
struct map_call {
  static constexpr bool takes_stop = takes_stop_token<Function&, std::decay_t<element_of<Ranges>>...>;
  static_assert(takes_stop || std::is_invocable_v<Function&, std::decay_t<element_of<Ranges>>...>,
                "the function cannot be called with copies of these elements");

  static auto result() {
    if constexpr (takes_stop) {
      return std::type_identity<
          std::invoke_result_t<Function&, stop_handle, std::decay_t<element_of<Ranges>>...>>();
    } else {
      return std::type_identity<std::invoke_result_t<Function&, std::decay_t<element_of<Ranges>>...>>();
    }
  }
  using result_type = future_value_t<typename decltype(result())::type>;
};

template <class Result, class Indices, class Function, class... Ranges>
class map_feed_for;

template <class Result, std::size_t... Indices, class Function, class... Ranges>
class map_feed_for<Result, std::index_sequence<Indices...>, Function, Ranges...> final
    : public map_feed<Result>,
      private map_column<Indices, Ranges>... {
  using shared_function = overlap::detail::shared_reference<feed_function<Function>>;

  static constexpr bool takes_stop = map_call<Function, Ranges...>::takes_stop;

  // Keeps the arguments of one call. The pack is not a tuple, because <tuple> costs every user 20 ms.
  static auto bind(std::decay_t<element_of<std::remove_reference_t<Ranges>>>... arguments) {
    return [... kept = std::move(arguments)](Function& function, auto... token) mutable -> decltype(auto) {
      return detail::invoke(function, token..., std::move(kept)...);
    };
  }
  using bound_call =
      decltype(bind(std::declval<std::decay_t<element_of<std::remove_reference_t<Ranges>>>>()...));

 public:
  template <class GivenFunction>
  explicit map_feed_for(GivenFunction&& function, Ranges&&... ranges)
      : map_feed_for(shared_function::adopt(
                         new feed_function<Function>(Function(std::forward<GivenFunction>(function)))),
                     std::forward<Ranges>(ranges)...) {}

  future<map_chunk<Result>> submit_next(executor_core& core, std::size_t elements) override {
    std::vector<bound_call> calls;
    fill(calls, elements);
    if (calls.empty()) {
      if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
      return {};
    }
    try {
      return submit(core, std::move(calls));
    } catch (...) {
      this->is_open_ = false;
      throw;
    }
  }

 private:
  map_feed_for(shared_function function, Ranges&&... ranges)
      : map_feed<Result>(function->took),
        map_column<Indices, Ranges>(std::forward<Ranges>(ranges))...,
        function_(std::move(function)) {}

  void fill(std::vector<bound_call>& calls, std::size_t elements) {
    if (error_ != nullptr) {
      this->is_open_ = false;
      return;
    }
    try {
      while (calls.size() < elements) {
        if ((map_column<Indices, Ranges>::is_at_end() || ...)) {
          this->is_open_ = false;
          return;
        }
        calls.push_back(bind(map_column<Indices, Ranges>::take()...));
      }
    } catch (...) {
      error_ = std::current_exception();  // comes after what was read before it
      this->is_open_ = !calls.empty();
    }
  }

  future<map_chunk<Result>> submit(executor_core& core, std::vector<bound_call> calls) {
    if constexpr (takes_stop) {
      auto made = make_job<true>([function = function_, calls = std::move(calls)](stop_handle token) mutable {
        return run_chunk(*function, calls, token);
      });
      submit_job(core, *made.work);
      return std::move(made.result);
    } else {
      auto made = make_job<false>(
          [function = function_, calls = std::move(calls)]() mutable { return run_chunk(*function, calls); });
      submit_job(core, *made.work);
      return std::move(made.result);
    }
  }

  template <class... Token>
  static map_chunk<Result> run_chunk(const feed_function<Function>& shared, std::vector<bound_call>& calls,
                                     Token... token) {
    Function& function = shared.call;
    const std::int64_t begun = monotonic_nanoseconds();
    map_chunk<Result> results;
    results.reserve(calls.size());
    for (bound_call& call : calls) {
      try {
        if constexpr (std::is_void_v<Result>) {
          call(function, token...);
          results.emplace_back(none());
        } else if constexpr (std::is_reference_v<Result>) {
          results.emplace_back(&call(function, token...));
        } else {
          results.emplace_back(call(function, token...));
        }
      } catch (...) {
        results.emplace_back(std::current_exception());
      }
    }
    __atomic_store_n(&shared.took.nanoseconds, monotonic_nanoseconds() - begun, __ATOMIC_RELAXED);
    return results;
  }

  shared_function function_;
  std::exception_ptr error_;
};

}  // namespace detail
}  // namespace overlap::futures
