// src/asyncio/semaphore.cpp
//
// The slow paths: a line of waiters, and permits handed to its head. Rules in the header.

#include <overlap/asyncio/semaphore.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio {

semaphore::semaphore(std::ptrdiff_t permits) : free_(static_cast<std::size_t>(permits)) {
  if (permits < 0)
    throw invalid_value_error("semaphore: the number of permits is negative; give zero or more");
}

semaphore::~semaphore() {
  OVERLAP_ASSERT(waiting_.empty(), "a semaphore is destroyed while tasks wait for it: end them first");
}

void semaphore::acquire_awaiter::join_line(detail::frame& awaiting_frame) {
  const auto leave_line = [](detail::waiter* leaf) {
    auto* leaving = static_cast<acquire_awaiter*>(leaf);
    leaving->unlink();
    --leaving->semaphore_.waiting_count_;
    return true;
  };
  if (!detail::begin_wait(*this, awaiting_frame, leave_line)) return;
  semaphore_.waiting_.push_back(*this);
  ++semaphore_.waiting_count_;
}

void semaphore::give_back() noexcept {
  // Handed over, not put back: whoever comes now cannot overtake the head of the line.
  if (acquire_awaiter* head = waiting_.pop_front()) {
    --waiting_count_;
    detail::wake(*head);
  } else {
    ++free_;
  }
}

}  // namespace overlap::asyncio
