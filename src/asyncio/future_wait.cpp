// src/asyncio/future_wait.cpp
//
// From another thread's completion to the loop's ready queue. Rules in the header.

#include <overlap/asyncio/detail/future_wait.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio::detail {

bool future_wait::wait_in(frame& awaiting, void (*submit)(future_wait&)) {
  if (submit == nullptr && state_->done() && !is_cancelled(awaiting)) return false;
  if (!begin_wait(*this, awaiting, &withdraw_future)) return true;
  event_loop_state& loop = state_of(*awaiting.task->loop);
  arrival_.owner = this;
  arrival_.run = &arrive;
  completed = &post_arrival;
  loop.external_begins();
  if (!state_->attach(*this)) {
    loop.external_ends();
    wake(*this);  // done in between: at its turn
    return true;
  }
  if (submit == nullptr) return true;
  try {
    submit(*this);
  } catch (...) {
    if (state_->detach(*this)) {
      loop.external_ends();
      in->leaf = nullptr;
      phase = wait_state::idle;
      throw;
    }
    // The work was cancelled when it was refused; that end arrives through the inbox.
  }
  return true;
}

bool future_wait::withdraw_future(waiter* leaf) noexcept {
  auto* wait = static_cast<future_wait*>(leaf);
  if (wait->owns_work_) {
    if (!wait->state_->cancel()) wait->state_->request_stop();
    return false;  // the completion comes, now or when the work has ended
  }
  if (!wait->state_->detach(*wait)) return false;  // it is on its way
  state_of(*leaf->suspended->task->loop).external_ends();
  return true;
}

void future_wait::post_arrival(futures::detail::completion_node* node) noexcept {
  auto* wait = static_cast<future_wait*>(node);
  state_of(*wait->suspended->task->loop).mail->deliver(wait->arrival_);
}

void future_wait::arrive(ready_node* node) {
  future_wait* wait = static_cast<arrival_node*>(node)->owner;
  state_of(*wait->suspended->task->loop).external_ends();
  const bool did_not_happen = wait->owns_work_ && wait->in->effective && wait->state_->cancelled();
  wait->phase = did_not_happen ? wait_state::stopping : wait_state::ready;
  run_waiter(wait);
}

}  // namespace overlap::asyncio::detail
