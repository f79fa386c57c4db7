// include/overlap/asyncio/sleep.hpp
//
// Waiting for time to pass.
//
// Threads: the loop's thread only.
#pragma once

#include <coroutine>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::asyncio {

namespace detail {

class sleep_awaiter : timer, waiter {
 public:
  explicit sleep_awaiter(duration delay) noexcept : is_absolute_(false), delay_(delay) {}
  explicit sleep_awaiter(time_point when) noexcept : is_absolute_(true), when_(when) {}
  sleep_awaiter(const sleep_awaiter&) = delete;
  sleep_awaiter& operator=(const sleep_awaiter&) = delete;
  ~sleep_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    frame& awaiting = frame_of(handle);
    if (!begin_wait(*this, awaiting, &withdraw_sleep)) return;
    if (!is_absolute_ && delay_ <= duration()) {
      wake(*this);
    } else {
      start();
    }
  }
  void await_resume() const noexcept {}

 private:
  void start();
  static bool withdraw_sleep(waiter* leaf) noexcept;

  bool is_absolute_;
  union {
    duration delay_;
    time_point when_;
  };
};

/// Only the stop of a cancelled scope, no wait.
class cancellation_awaiter : waiter {
 public:
  cancellation_awaiter() noexcept = default;
  cancellation_awaiter(const cancellation_awaiter&) = delete;
  cancellation_awaiter& operator=(const cancellation_awaiter&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    frame& awaiting = frame_of(handle);
    return is_cancelled(awaiting) && !begin_wait(*this, awaiting, nullptr);
  }
  void await_resume() const noexcept {}
};
struct [[nodiscard("nothing is looked at until this is awaited")]] cancellation_point {
  cancellation_awaiter operator co_await() const noexcept { return cancellation_awaiter(); }
};

/// A sleep that has not begun.
struct [[nodiscard("a sleep does nothing until it is awaited")]] sleep_for {
  duration delay;
  sleep_awaiter operator co_await() const noexcept { return sleep_awaiter(delay); }
};
struct [[nodiscard("a sleep does nothing until it is awaited")]] sleep_until_moment {
  time_point when;
  sleep_awaiter operator co_await() const noexcept { return sleep_awaiter(when); }
};

}  // namespace detail

/// Suspends the task for at least `delay`. With zero or less the others get their turn once.
///
/// Throws        invalid_value_error  for a floating-point NaN
/// Suspends      always, exactly once
/// Cancellation  the sleep is taken off the clock, and the task stops
/// Cost          O(log n) in the number of sleeping tasks, no allocation of its own; 6 ns for sleep(0)
/// Python        asyncio.sleep
inline detail::sleep_for sleep(duration delay) noexcept { return {delay}; }

/// Gives the others their turn once, and stops here if the task is cancelled: for long computations.
/// Python: await asyncio.sleep(0); trio.lowlevel.checkpoint.
inline detail::sleep_for checkpoint() noexcept { return {duration()}; }

/// Stops here if the task is cancelled, and goes on at once if it is not. Costs about 1 ns then.
/// Python: none; trio.lowlevel.checkpoint_if_cancelled.
inline detail::cancellation_point checkpoint_if_cancelled() noexcept { return {}; }

/// Suspends the task until the moment `when` of the loop's clock. Python: none; trio.sleep_until.
inline detail::sleep_until_moment sleep_until(time_point when) noexcept { return {when}; }

}  // namespace overlap::asyncio
