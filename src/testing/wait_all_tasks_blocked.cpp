// src/testing/wait_all_tasks_blocked.cpp
//
// Joins the waiters that the loop wakes when it has nothing else to do.

#include <overlap/testing/wait_all_tasks_blocked.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::testing::detail {

void blocked_awaiter::wait_in(asyncio::detail::frame& awaiting) {
  const auto leave_line = [](asyncio::detail::waiter* leaf) {
    static_cast<asyncio::detail::idle_waiter*>(leaf)->unlink();
    return true;
  };
  if (!asyncio::detail::begin_wait(*this, awaiting, leave_line)) return;
  asyncio::detail::state_of(*awaiting.task->loop).idle_waiters.push_back(*this);
}

}  // namespace overlap::testing::detail
