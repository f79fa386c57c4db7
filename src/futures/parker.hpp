// src/futures/parker.hpp
//
// A blocked thread as a completion node: it sleeps until the future calls it.
//
// Threads: wait() on the owner's thread; completed() on any.
//
// Invariants
//   1. completed() notifies under the mutex, so the owner cannot return from wait() and destroy the parker
//   before
//      completed() has let go of it (a POSIX mutex may be destroyed as soon as it could be locked).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <overlap/base/time_point.hpp>
#include <overlap/futures/detail/future_state.hpp>

namespace overlap::futures::detail {

/// Waits on `condition` until `ready()` or the moment `until` of the monotonic clock. Returns ready().
template <class Ready>
bool wait_on(std::condition_variable& condition, std::unique_lock<std::mutex>& lock, time_point until,
             Ready ready) {
  if (until.is_never()) {
    condition.wait(lock, ready);
    return true;
  }
  // libstdc++'s and libc++'s steady_clock is CLOCK_MONOTONIC on Linux, as is platform::monotonic_clock().
  const std::chrono::steady_clock::time_point limit{
      std::chrono::nanoseconds(until.since_start().nanoseconds())};
  return condition.wait_until(lock, limit, ready);
}

class parker final : public completion_node {
 public:
  parker() noexcept { completed = &parker::on_completed; }
  parker(const parker&) = delete;
  parker& operator=(const parker&) = delete;

  /// False: `until` has come.
  bool wait(time_point until) {
    std::unique_lock lock(mutex_);
    return wait_on(condition_, lock, until, [this] { return is_completed_; });
  }

 private:
  static void on_completed(completion_node* node) noexcept {
    auto& self = *static_cast<parker*>(node);
    const std::lock_guard lock(self.mutex_);
    self.is_completed_ = true;
    self.condition_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable condition_;
  bool is_completed_ = false;
};

}  // namespace overlap::futures::detail
