// src/threading/event.cpp
//
// The flag under its mutex.

#include <overlap/base/assert.hpp>
#include <overlap/threading/event.hpp>

namespace overlap::threading {

event::~event() {
  // Taken so that a set() which has woken the destroyer has left.
  const detail::monitor_lock held(mutex_);
  OVERLAP_ASSERT(waiting_ == 0,
                 "an event is destroyed while threads wait for it: set it and join them first");
}

bool event::wait(wait_limit limit) {
  detail::monitor_lock held(mutex_, limit);
  const std::uint64_t before = times_set_;
  ++waiting_;
  const bool in_time = held.wait(raised_, [&] { return is_set_ || times_set_ != before; });
  --waiting_;
  return in_time;
}

void event::set() noexcept {
  const detail::monitor_lock held(mutex_);
  if (is_set_) return;
  is_set_ = true;
  ++times_set_;
  raised_.notify_all();
}

void event::clear() noexcept {
  const detail::monitor_lock held(mutex_);
  is_set_ = false;
}

bool event::is_set() const noexcept {
  const detail::monitor_lock held(mutex_);
  return is_set_;
}

event_statistics event::statistics() const noexcept {
  const detail::monitor_lock held(mutex_);
  return {.threads_waiting = waiting_};
}

}  // namespace overlap::threading
