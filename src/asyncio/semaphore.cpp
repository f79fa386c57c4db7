// src/asyncio/semaphore.cpp
//
// The slow paths: permits handed to the head of the line. Rules in the header.

#include <overlap/asyncio/bounded_semaphore.hpp>
#include <overlap/asyncio/semaphore.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio {

semaphore::semaphore(std::ptrdiff_t permits, std::size_t bound)
    : free_(static_cast<std::size_t>(permits)), bound_(bound) {
  if (permits < 0)
    throw invalid_value_error("semaphore: the number of permits is negative; give zero or more");
}

semaphore::~semaphore() {
  OVERLAP_ASSERT(waiting_.empty(), "a semaphore is destroyed while tasks wait for it: end them first");
}

void semaphore::release(std::size_t count) {
  // Waiters do not count here: each takes over a permit that somebody had.
  if (count > bound_ - free_)
    throw invalid_value_error(
        "release: a bounded semaphore would have more permits than it was made with; release once for each "
        "permit that was acquired and detached, or take a semaphore without a bound");
  for (; count != 0 && !waiting_.empty(); --count) waiting_.grant(*waiting_.front());
  free_ += count;
}

void semaphore::give_back() noexcept {
  // Handed over, not put back: whoever comes now cannot overtake the head of the line.
  if (detail::line_waiter* head = waiting_.front()) {
    waiting_.grant(*head);
  } else {
    OVERLAP_ASSERT(free_ < bound_,
                   "a permit of a bounded semaphore ends after it was released by hand: detach() it before "
                   "you call release()");
    ++free_;
  }
}

}  // namespace overlap::asyncio
