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
#include <utility>

#include <overlap/base/assert.hpp>
#include <overlap/futures/detail/executor_core.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::futures {

/// How an executor ends.
struct shutdown_options {
  bool wait = true;             ///< return only when all jobs have ended
  bool cancel_futures = false;  ///< cancel the jobs that have not begun
};

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
  void finish() noexcept {
    if (core_.get() != nullptr) core_->drain();
    core_ = detail::core_user();
  }

  detail::core_user core_;
};

}  // namespace overlap::futures
