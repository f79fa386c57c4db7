// src/asyncio/condition.cpp
//
// Waiting for a notification, and what becomes of the lock meanwhile. Rules in detail/lock_core.hpp.

#include <overlap/asyncio/condition.hpp>
#include <overlap/base/assert.hpp>

namespace overlap::asyncio::detail {

condition_core::~condition_core() {
  OVERLAP_ASSERT(waiting.empty(), "a condition is destroyed while tasks wait for it: end them first");
  unlink();
}

void condition_core::notify(std::size_t count) noexcept {
  for (; count != 0 && !waiting.empty(); --count) {
    line_waiter& notified = *waiting.front();
    waiting.remove(notified);
    lock.waiting.append(notified);
  }
}

bool condition_waiter::begin(condition_core& at, frame& awaiting) {
  if (at.lock.owner != awaiting.task && !is_cancelled(awaiting)) {
    refused = at.lock.broken ? refusal::lock_broken : refusal::lock_not_held;
    return false;
  }
  if (!begin_wait(*this, awaiting, &withdraw_waiter)) return true;
  lock = &at.lock;
  at.waiting.append(*this);
  at.lock.give_back();
  return true;
}

bool condition_waiter::withdraw_waiter(waiter* leaf) {
  auto& cancelled = *static_cast<condition_waiter*>(leaf);
  lock_core& lock = *cancelled.lock;
  if (cancelled.line == &lock.waiting) return false;  // notified: the lock will come with it
  cancelled.line->remove(cancelled);
  if (lock.is_free()) {
    lock.take(*cancelled.suspended->task);
    return true;
  }
  cancelled.stopping = true;
  lock.waiting.append(cancelled);
  return false;
}

}  // namespace overlap::asyncio::detail
