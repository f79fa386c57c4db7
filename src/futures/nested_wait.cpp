// src/futures/nested_wait.cpp
//
// What a worker does when a job waits for a future.
//
// A waiting worker helps with two kinds of jobs only: the one it waits for, and those its own job has
// submitted (or their descendants). Any other job might itself wait for the one that is now buried under it
// on this stack, and hang where a plain pool would not. Helping with the awaited job is enough to make nested
// submission free of deadlocks: what is awaited is queued, and then runs here, or runs elsewhere, and then
// the same holds for that worker. What is left are true cycles, which enter_sleep() finds.

#include <string>

#include <overlap/base/error.hpp>

#include "futures/thread_pool_core.hpp"
#include "platform/current_thread.hpp"

namespace overlap::futures::detail {

namespace {

// A helper is a call on top of the waiting job; deeper than this there may be no room for the next.
constexpr std::size_t helping_stack_bytes = 128 * std::size_t{1024};

std::string text_of(code_place place) {
  if (place.file == nullptr) return "an unknown place";
  return std::string(place.file) + ":" + std::to_string(place.line);
}

}  // namespace

bool thread_pool_worker::owns(const future_state_base& state) const noexcept {
  return state.source() == &pool_;
}

// The newest of those that the waiting job or its helpers have submitted.
job* thread_pool_worker::pop_child() noexcept {
  return top_ != nullptr && jobs_.bottom() > top_->base ? jobs_.pop() : nullptr;
}

// Jobs that were started out of turn stay in the line. A job that submits and waits for ever must not leave
// more and more of them.
void thread_pool_worker::drop_ended_children() noexcept {
  while (job* child = pop_child()) {
    if (!child->state().done()) {
      push(*child);
      return;
    }
    if (child->state().cancelled()) counts_.cancelled.add();
    child->state().drop_owner();
  }
}

bool thread_pool_worker::help(future_state_base& state, bool only_awaited) {
  if (platform::stack_bytes_left() < helping_stack_bytes) return false;
  if (state.is_pending() && state.try_start()) {
    // The line keeps its own owner of the job.
    state.add_owner();
    run_started(*state.work());
    drop_ended_children();
    return true;
  }
  if (only_awaited || state.done()) return false;
  job* child = pop_child();
  if (child == nullptr) return false;
  run(*child);
  return true;
}

void thread_pool_worker::enter_sleep(future_state_base& state, code_place place) {
  if (top_ == nullptr) return;
  const std::lock_guard lock(pool_.waits_mutex_);
  if (owns(state) && state.is_pending()) {
    throw deadlock_error("pool '" + pool_.name_ +
                         "': jobs that wait for each other are nested too deeply for the stack of a worker; "
                         "submit fewer levels, or wait outside of the pool");
  }
  // From what this job waits for to the worker that runs it, to what that worker waits for, and so on.
  // Workers that are awake are no part of a cycle. Each one is passed once, since a cycle without this one
  // would have been refused when it closed.
  const future_state_base* awaited = &state;
  std::string others;
  while (awaited != nullptr) {
    const thread_pool_worker* runner = nullptr;
    const auto is_runner = [&](const thread_pool_worker& worker) {
      if (&worker != this && worker.waits_for_ == nullptr) return;
      for (const run_frame* frame = worker.top_; frame != nullptr; frame = frame->beneath) {
        if (frame->state == awaited) runner = &worker;
      }
    };
    pool_.for_each_worker(is_runner);
    if (runner == nullptr) break;
    if (runner == this) {
      throw deadlock_error("pool '" + pool_.name_ +
                           "': a job waits for a future that can only be done after this very job has ended; "
                           "return the future instead of waiting for it. It waits at " +
                           text_of(place) + others);
    }
    others += ", for a job that waits at " + text_of(runner->waits_at_);
    awaited = runner->waits_for_;
  }
  waits_for_ = &state;
  waits_at_ = place;
}

void thread_pool_worker::leave_sleep() noexcept {
  const std::lock_guard lock(pool_.waits_mutex_);
  waits_for_ = nullptr;
}

}  // namespace overlap::futures::detail
