// src/asyncio/task_status.cpp
//
// task_group::start: who waits for the child, and where its end goes before it is ready.

#include <overlap/asyncio/task_group.hpp>
#include <overlap/asyncio/task_status.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

start_wait::~start_wait() {
  unlink();
  state_->waiting = nullptr;
  state_->release();
  if (body_ != nullptr) child_->promise = body_;  // never started: destroyed with its record
  child_->release();
}

void start_wait::wait_in(frame& awaiting) {
  if (!is_cancelled(awaiting)) {
    child_->add_reference();  // the group's
    group_->adopt(*child_, *std::exchange(body_, nullptr), {}, place_);
    state_->waiting = this;
    group_->starting_.push_back(*this);
  }
  static_cast<void>(begin_wait(*this, awaiting, &withdraw_start));
}

bool start_wait::withdraw_start(waiter* leaf) noexcept {
  auto* wait = static_cast<start_wait*>(leaf);
  wait->child_->cancel("the start of this task was cancelled", wait->place_);
  return false;  // stops when the child has ended
}

void start_wait::child_ended(task_record& ended) noexcept {
  unlink();
  state_->waiting = nullptr;
  if (ended.ended == task_end::stopped && in->effective) {
    wake_stopped(*this);
    return;
  }
  error_ = ended.error();
  wake(*this);
}

void start_wait::require_started() const {
  if (state_->is_started) return;
  if (error_) std::rethrow_exception(error_);
  require_value(*child_);  // cancelled by somebody else
  throw invalid_state_error("task_group::start: the task ended without saying task_status::started()");
}

void tell_started(start_state& state) {
  if (state.is_started) throw invalid_state_error("task_status::started: it was said before; say it once");
  state.is_started = true;
  if (start_wait* waiting = std::exchange(state.waiting, nullptr)) {
    waiting->unlink();
    wake(*waiting);
  }
}

}  // namespace overlap::asyncio::detail
