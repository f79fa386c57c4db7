// src/asyncio/lock.cpp
//
// The slow paths of locks and conditions: waiting, handing over, breaking. Rules in detail/lock_core.hpp.

#include <string>

#include <overlap/asyncio/lock.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

#include "asyncio/task_list.hpp"

namespace overlap::asyncio {

namespace detail {

const end_listener::kind lock_core::kind_of_locks{
    .heard =
        [](end_listener* listener, task_record& ended) {
          auto* left_locked = static_cast<lock_core*>(listener);
          left_locked->broken_by = label_of(ended);
          left_locked->break_up();
        },
    .awaiting = [](const end_listener* listener, std::size_t index) -> frame* {
      const auto& waiting = static_cast<const lock_core*>(listener)->waiting;
      const line_waiter* at = waiting.front();
      for (; at != nullptr && index > 0; --index) at = waiting.next(*at);
      return at != nullptr ? at->suspended : nullptr;
    }};

lock_core::~lock_core() {
  OVERLAP_ASSERT(waiting.empty(), "a lock is destroyed while tasks wait for it: end them first");
  OVERLAP_ASSERT(conditions.empty(),
                 "a lock is destroyed before a condition over it: declare the lock first");
  OVERLAP_ASSERT(owner == nullptr,
                 "a lock is destroyed while a task holds it: declare the lock before its guards, and end the "
                 "tasks that use it first");
}

bool lock_core::wait(lock_waiter& leaf, frame& awaiting) {
  if (!is_cancelled(awaiting)) {
    leaf.refused = broken                   ? refusal::lock_broken
                   : owner == awaiting.task ? refusal::lock_held_already
                                            : refusal::none;
    if (leaf.refused != refusal::none) return false;
    OVERLAP_ASSERT(owner->loop == awaiting.task->loop,
                   "a lock is held by a task of another loop: give each loop its own, or take std::mutex for "
                   "sections that do not wait");
  }
  waiting.join(leaf, awaiting);
  return true;
}

bool lock_core::try_take() {
  task_record* running = running_loop != nullptr ? running_loop->current : nullptr;
  if (running == nullptr)
    throw invalid_state_error("try_acquire: only a task can hold a lock; none runs here");
  if (broken) throw_refusal(refusal::lock_broken);
  if (owner == running) throw_refusal(refusal::lock_held_already);
  if (owner != nullptr) return false;
  take(*running);
  return true;
}

void lock_core::hand_over() noexcept {
  auto& next = static_cast<lock_waiter&>(*waiting.front());
  waiting_line::check_thread(next);
  waiting.remove(next);
  take(*next.suspended->task);
  if (next.stopping) {
    wake_stopped(next);
  } else {
    wake(next);
  }
}

void lock_core::require_held_here(const char* doing) const {
  if (is_held_here()) return;
  if (broken) throw_refusal(refusal::lock_broken);
  std::string text(doing);
  if (owner == nullptr) {
    text.append(": the lock is not locked; acquire it first, and release it once");
  } else {
    text.append(": ").append(label_of(*owner)).append(" holds the lock, not this task; ");
    text.append("let the task that acquired it do this");
  }
  throw invalid_state_error(text);
}

void lock_core::guard_ends_elsewhere() const noexcept {
  OVERLAP_ASSERT(
      broken,
      "the guard of a lock ends in a task that does not hold the lock: keep it in the task that "
      "acquired it, or take a semaphore of one permit; detach() it before you call release() yourself");
}

void lock_core::break_up() {
  owner = nullptr;
  broken = true;
  while (line_waiter* first = waiting.front()) {
    waiting.remove(*first);
    refuse(static_cast<lock_waiter&>(*first));
  }
  for (condition_core* each = conditions.front(); each != nullptr; each = conditions.next(*each))
    each->waiting.refuse_all(refusal::lock_broken);
}

void lock_core::refuse(lock_waiter& leaf) {
  if (leaf.stopping) {
    wake_stopped(leaf);
  } else {
    leaf.refused = refusal::lock_broken;
    wake(leaf);
  }
}

}  // namespace detail

lock_statistics lock::statistics() const {
  return {.locked = locked(),
          .broken = core_.broken,
          .owner = core_.owner != nullptr ? shared_text(detail::label_of(*core_.owner)) : core_.broken_by,
          .tasks_waiting = core_.waiting.size()};
}

}  // namespace overlap::asyncio
