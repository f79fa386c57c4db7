// include/overlap/testing/wait_all_tasks_blocked.hpp
//
// The moment at which a test may look: nothing moves any more.
//
// Threads: the loop's thread only.
#pragma once

#include <coroutine>

#include <overlap/asyncio/detail/loop_core.hpp>

namespace overlap::testing {

namespace detail {

class blocked_awaiter : asyncio::detail::idle_waiter {
 public:
  blocked_awaiter() = default;
  blocked_awaiter(const blocked_awaiter&) = delete;
  blocked_awaiter& operator=(const blocked_awaiter&) = delete;
  ~blocked_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    wait_in(asyncio::detail::frame_of(handle));
  }
  void await_resume() const noexcept {}

 private:
  void wait_in(asyncio::detail::frame& awaiting);
};

struct [[nodiscard("nothing is waited for until this is awaited")]] blocked_request {
  blocked_awaiter operator co_await() const noexcept { return blocked_awaiter(); }
};

}  // namespace detail

/// Suspends the task until every other task of its loop waits for something that has not come: a timer that
/// is not due, another task, the outside world. No time passes. Several tasks that wait here go on together.
/// Works in a real loop too.
///
///   auto waiting = group.create_task(take_permit(semaphore));
///   co_await testing::wait_all_tasks_blocked();
///   EXPECT_FALSE(waiting.done());
///
/// Suspends      always
/// Cancellation  stops the task
/// Python        trio.testing.wait_all_tasks_blocked
inline detail::blocked_request wait_all_tasks_blocked() noexcept { return {}; }

}  // namespace overlap::testing
