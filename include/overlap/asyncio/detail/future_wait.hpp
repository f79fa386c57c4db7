// include/overlap/asyncio/detail/future_wait.hpp
//
// A task's wait for something that ends on another thread: a future, or a job that it has submitted itself.
//
// Threads: the loop's thread, except the completion, which comes from anywhere and goes through the inbox.
//
// Invariants
//   1. While attached the loop counts this wait as external work, so it does not think itself stuck.
//   2. Once the completion has begun elsewhere, the task goes on only when it has arrived: the node in the
//      frame is not left behind.
//   3. A job that was submitted by the waiting task is cancelled with it if it has not begun, asked to stop
//      if it can be asked, and awaited in any case.
#pragma once

#include <coroutine>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/futures/detail/future_state.hpp>

namespace overlap::asyncio::detail {

class future_wait : waiter, futures::detail::completion_node {
 public:
  /// `owns_work`: cancelling the wait cancels the work (rule 3); else it only leaves the line.
  future_wait(futures::detail::future_state_base& state, bool owns_work) noexcept
      : state_(&state), owns_work_(owns_work) {}
  future_wait(const future_wait&) = delete;
  future_wait& operator=(const future_wait&) = delete;

 protected:
  ~future_wait() = default;

  /// Begins the wait. False: it is done already. `submit` is called once the wait has begun, never in a
  /// cancelled scope.
  bool wait_in(frame& awaiting, void (*submit)(future_wait&) = nullptr);

 private:
  static bool withdraw_future(waiter* leaf) noexcept;
  static void post_arrival(futures::detail::completion_node* node) noexcept;
  static void arrive(ready_node* node);

  struct arrival_node : ready_node {
    future_wait* owner = nullptr;
  };

  futures::detail::future_state_base* state_;
  bool owns_work_;
  arrival_node arrival_;
};

}  // namespace overlap::asyncio::detail
