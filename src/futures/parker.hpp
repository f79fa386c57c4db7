// src/futures/parker.hpp
//
// A blocked thread as a completion node: it sleeps until the future calls it.
//
// Threads: wait() on the owner's thread; completed() on any.
//
// Invariants
//   1. completed() touches the parker for the last time when it stores `completed`; waking needs only its
//      address. So the owner may return from wait() and destroy it at once.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <overlap/base/time_point.hpp>
#include <overlap/futures/detail/future_state.hpp>

#include "platform/futex.hpp"

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
  bool wait(time_point until) noexcept {
    const std::atomic_ref word(word_);
    std::uint32_t seen = awake;
    // Acquire pairs with the release in on_completed().
    if (!word.compare_exchange_strong(seen, asleep, std::memory_order_acquire) && seen == called) return true;
    while (platform::futex_wait(word_, asleep, until)) {
      if (word.load(std::memory_order_acquire) == called) return true;
    }
    return word.load(std::memory_order_acquire) == called;
  }

 private:
  enum : std::uint32_t { awake, asleep, called };

  static void on_completed(completion_node* node) noexcept {
    std::uint32_t& word = static_cast<parker*>(node)->word_;
    const std::uint32_t before = std::atomic_ref(word).exchange(called, std::memory_order_acq_rel);
    if (before == asleep) platform::futex_wake(word, 1);
  }

  std::uint32_t word_ = awake;
};

}  // namespace overlap::futures::detail
