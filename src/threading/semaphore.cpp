// src/threading/semaphore.cpp
//
// The counter under its mutex.

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/threading/semaphore.hpp>

namespace overlap::threading {

semaphore::semaphore(std::ptrdiff_t permits, std::size_t bound)
    : free_(static_cast<std::size_t>(permits)), bound_(bound) {
  if (permits < 0) throw invalid_value_error("semaphore: the number of permits is negative");
}

semaphore::~semaphore() {
  // Taken so that whoever has woken the destroyer has left.
  const detail::monitor_lock held(mutex_);
  OVERLAP_ASSERT(waiting_ == 0, "a semaphore is destroyed while threads wait for it: join them first");
}

bool semaphore::take(const wait_limit& limit, bool throws) {
  detail::monitor_lock held(mutex_, limit);
  ++waiting_;
  const bool is_free = held.wait(freed_, [this] { return free_ != 0; });
  --waiting_;
  if (is_free) {
    --free_;
  } else if (throws) {
    held.throw_limit("acquire a semaphore");
  }
  return is_free;
}

void semaphore::release(std::size_t count) {
  const detail::monitor_lock held(mutex_);
  if (count > bound_ - free_)
    throw invalid_value_error("release: more permits than the bounded_semaphore had at first");
  add_under_lock(count);
}

void semaphore::add(std::size_t count) noexcept {
  const detail::monitor_lock held(mutex_);
  OVERLAP_ASSERT(count <= bound_ - free_,
                 "a permit comes back that release() has given back before: detach() it then");
  add_under_lock(count);
}

void semaphore::add_under_lock(std::size_t count) noexcept {
  free_ += count;
  if (waiting_ == 0) return;
  if (count == 1) {
    freed_.notify_one();
  } else {
    freed_.notify_all();
  }
}

semaphore_statistics semaphore::statistics() const noexcept {
  const detail::monitor_lock held(mutex_);
  return {.permits_free = free_, .threads_waiting = waiting_};
}

}  // namespace overlap::threading
