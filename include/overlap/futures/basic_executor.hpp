// include/overlap/futures/basic_executor.hpp
//
// What every executor of this module can do: submit, map, shutdown. The concrete ones add their constructors.
//
// Threads: submit, map and shutdown may be called from any thread, also from a job of the same executor;
// moving and destroying are for one thread at a time.
//
// Invariants
//   1. A live executor has a core; a moved-from one has none and may only be assigned or destroyed.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include <overlap/base/assert.hpp>
#include <overlap/futures/detail/executor_core.hpp>
#include <overlap/futures/future.hpp>
#include <overlap/futures/map.hpp>

namespace overlap::futures {

/// How an executor ends.
struct shutdown_options {
  bool wait = true;             ///< return only when all jobs have ended
  bool cancel_futures = false;  ///< cancel the jobs that have not begun
};

namespace detail {
/// What map() takes elements from.
template <class Range>
concept input = requires(Range& range) {
  *std::begin(range);
  std::begin(range) != std::end(range);
};

template <class Function, class... Ranges>
auto start_map(core_user core, const map_options& options, Function&& function, Ranges&&... ranges) {
  using callable = std::decay_t<Function>;
  using result = typename map_call<callable, std::remove_reference_t<Ranges>...>::result_type;
  using feed = map_feed_for<result, std::index_sequence_for<Ranges...>, callable, Ranges...>;
  const map_plan plan(options, core->width());
  return map_result<result>(
      std::move(core),
      feed_owner<result>(new feed(std::forward<Function>(function), std::forward<Ranges>(ranges)...)), plan);
}
}  // namespace detail

/// The common part of executors; not used by itself.
///
/// Destroying an executor waits for everything it was given, like shutdown(). What a map() result has not
/// submitted yet stays with that result, which keeps the workers alive: `thread_pool_executor().map(f,
/// items)` is safe.
///
/// Python   concurrent.futures.Executor
class basic_executor {
 public:
  basic_executor(basic_executor&& other) noexcept = default;
  basic_executor& operator=(basic_executor&& other) noexcept {
    if (this != &other) {
      finish();
      core_ = std::move(other.core_);
    }
    return *this;
  }

  /// Runs `function(arguments…)` some time and returns the future of its result.
  ///
  /// Function and arguments are copied or moved in, as std::thread does, and freed before the future is done;
  /// write std::ref(x) to pass x itself. They may be move-only. A function that takes a std::stop_token first
  /// gets one that future::request_stop() stops. The function sees the submitter's context variables.
  ///
  /// An exception of the function is in the future; if every copy of the future is dropped without looking,
  /// it goes to the unhandled_exception_handler.
  ///
  /// Throws   invalid_state_error after shutdown(), broken_executor if it can run nothing any more. Then the
  ///          function is never called.
  /// Cost     one allocation
  /// Python   Executor.submit(fn, /, *args)
  template <class Function, class... Arguments>
  auto submit(Function&& function, Arguments&&... arguments) {
    return detail::submit_to(checked(), std::forward<Function>(function),
                             std::forward<Arguments>(arguments)...);
  }

  /// Calls `function` with each element of a range (or with one of each of two or three, as far as the
  /// shortest goes) on the workers, and returns the results in order, lazily: only a bounded number of
  /// elements is read ahead and in flight, so the input may be endless.
  ///
  ///     for (auto&& page : pool.map(fetch, urls)) use(page);
  ///
  /// Parameters
  ///   function  copied or moved in once; called on several threads at the same time.
  ///   range     an lvalue is only referred to and must outlive the result; an rvalue is moved in. Elements
  ///   are
  ///             copied to the workers (moved, if they belong to a container that was moved in). Elements are
  ///             read on the thread that iterates; an error of the range comes after the results of what was
  ///             read before.
  ///   options   see map_options; the time limit counts from this call.
  /// Throws      invalid_value_error for options below 1. Everything else comes while iterating, at its
  /// place; also
  ///             invalid_state_error when shutdown() came before all was submitted.
  /// Cost        four allocations for each chunk of elements
  /// Python      Executor.map(fn, *iterables, timeout, chunksize, buffersize), which reads all at once by
  /// default
  template <class Function, detail::input Range>
  auto map(Function&& function, Range&& range, map_options options = {}) {
    return detail::start_map(user(), options, std::forward<Function>(function), std::forward<Range>(range));
  }
  template <class Function, class T>
  auto map(Function&& function, std::initializer_list<T> elements, map_options options = {}) {
    return detail::start_map(user(), options, std::forward<Function>(function), std::vector<T>(elements));
  }
  template <class Function, detail::input First, detail::input Second>
  auto map(Function&& function, First&& first, Second&& second, map_options options = {}) {
    return detail::start_map(user(), options, std::forward<Function>(function), std::forward<First>(first),
                             std::forward<Second>(second));
  }
  template <class Function, detail::input First, detail::input Second, detail::input Third>
  auto map(Function&& function, First&& first, Second&& second, Third&& third, map_options options = {}) {
    return detail::start_map(user(), options, std::forward<Function>(function), std::forward<First>(first),
                             std::forward<Second>(second), std::forward<Third>(third));
  }

  /// Takes no more jobs; those it has are run or, with cancel_futures, cancelled. May be called again.
  ///
  /// With wait = false it returns at once, the destructor does not wait either, but the process does at its
  /// exit. Called by a job of this executor, it waits for all others.
  ///
  /// Python   Executor.shutdown(wait=True, *, cancel_futures=False)
  void shutdown(shutdown_options options = {}) { checked().shutdown(options.wait, options.cancel_futures); }

 protected:
  explicit basic_executor(detail::core_user core) noexcept : core_(std::move(core)) {}
  ~basic_executor() { finish(); }

  [[nodiscard]] detail::executor_core& checked() const {
    OVERLAP_ASSERT(core_.get() != nullptr, "this executor was moved from; use the one it was moved to");
    return *core_.get();
  }

 private:
  /// For the library's own parts that hand jobs over.
  friend detail::executor_core& core_of(const basic_executor& executor) { return executor.checked(); }

  [[nodiscard]] detail::core_user user() const { return detail::core_user::share(checked()); }

  void finish() noexcept {
    if (core_.get() != nullptr) core_->drain();
    core_ = detail::core_user();
  }

  detail::core_user core_;
};

}  // namespace overlap::futures
