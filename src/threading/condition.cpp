// src/threading/condition.cpp
//
// The line of waiters. Its mutex is taken before the lock's own.

#include <overlap/base/assert.hpp>
#include <overlap/threading/condition.hpp>

namespace overlap::threading {

condition::~condition() {
  const detail::monitor_lock held(mutex_);
  OVERLAP_ASSERT(waiting_ == 0,
                 "a condition is destroyed while threads wait at it: notify and join them first");
}

bool condition::wait(wait_limit limit) {
  lock_.require_owned("wait");
  detail::condition_waiter self;
  std::size_t depth = 0;
  {
    detail::monitor_lock held(mutex_, limit);
    line_.push_back(self);
    ++waiting_;
    // Who notifies needs the lock and then the mutex, so nobody does before this waits.
    depth = lock_.release_all();
    if (!held.wait(self.place, [&self] { return self.is_notified; })) {
      self.unlink();
      --waiting_;
    }
  }
  lock_.take_again(depth);
  return self.is_notified;
}

void condition::notify(std::size_t count) {
  lock_.require_owned("notify");
  const detail::monitor_lock held(mutex_);
  for (; count != 0 && !line_.empty(); --count) {
    detail::condition_waiter& first = *line_.pop_front();
    --waiting_;
    first.is_notified = true;
    first.place.notify_one();
  }
}

condition_statistics condition::statistics() const noexcept {
  const detail::monitor_lock held(mutex_);
  return {.threads_waiting = waiting_, .of_lock = lock_.statistics()};
}

}  // namespace overlap::threading
