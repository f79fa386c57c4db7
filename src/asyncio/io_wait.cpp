// src/asyncio/io_wait.cpp
//
// Down: the operation goes to the reactor. Up: its completion queues the waiter.

#include <cerrno>

#include <overlap/asyncio/detail/io_wait.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio::detail {

void io_wait::leave_scope() noexcept {
  in->leaf = nullptr;
  phase = wait_state::idle;
}

bool io_wait::submit(frame& waiting) {
  event_loop_state& loop = state_of(*waiting.task->loop);
  const auto withdraw_operation = [](waiter* leaf) {
    state_of(*leaf->suspended->task->loop).reactor->request_cancel(*static_cast<io_wait*>(leaf));
    return false;  // it still comes back
  };
  if (!begin_wait(*this, waiting, withdraw_operation)) return true;
  completed = [](overlap::detail::io_operation* operation) {
    auto* wait = static_cast<io_wait*>(operation);
    if (wait->result == -ECANCELED && wait->in->effective) {
      wake_stopped(*wait);
    } else {
      wake(*wait);
    }
  };
  try {
    if (!loop.reactor->submit(*this)) return true;
  } catch (...) {
    leave_scope();  // a reactor that refuses: thrown at the co_await
    throw;
  }
  if (loop.may_go_on_inline()) {
    leave_scope();
    return false;
  }
  wake(*this);  // it has had its share of the turn: the others first
  return true;
}

bool submit_operation(loop_core& loop, overlap::detail::io_operation& operation) {
  return state_of(loop).reactor->submit(operation);
}

void request_cancel(loop_core& loop, overlap::detail::io_operation& operation) {
  state_of(loop).reactor->request_cancel(operation);
}

}  // namespace overlap::asyncio::detail
