// src/asyncio/senders.cpp
//
// A foreign operation's end, from whatever thread, through the inbox to the waiting task.

#include <overlap/asyncio/senders.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio::detail {

bool sender_wait::begin(frame& awaiting) {
  if (!begin_wait(*this, awaiting, &withdraw_sender)) return false;
  arrival_.owner = this;
  arrival_.run = &arrive;
  state_of(*awaiting.task->loop).external_begins();
  return true;
}

void sender_wait::complete() noexcept {
  // The loop cannot end before this task has gone on, so it is there.
  state_of(*suspended->task->loop).mail->deliver(arrival_);
}

void sender_wait::require_value() const {
  if (error_) std::rethrow_exception(error_);
  if (is_stopped_) throw cancelled_error("the awaited sender stopped by itself");
}

bool sender_wait::withdraw_sender(waiter* leaf) noexcept {
  static_cast<sender_wait*>(leaf)->stop_.request_stop();
  return false;  // its end comes, if it listens or not
}

void sender_wait::arrive(ready_node* node) {
  sender_wait* wait = static_cast<arrival_node*>(node)->owner;
  state_of(*wait->suspended->task->loop).external_ends();
  const bool did_not_happen = wait->is_stopped_ && wait->in->effective;
  wait->phase = did_not_happen ? wait_state::stopping : wait_state::ready;
  run_waiter(wait);
}

}  // namespace overlap::asyncio::detail
