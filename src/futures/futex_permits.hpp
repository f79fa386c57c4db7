// src/futures/futex_permits.hpp
//
// A counting semaphore on one word.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>

#include <overlap/base/time_point.hpp>

#include "platform/futex.hpp"

namespace overlap::futures::detail {

class futex_permits {
 public:
  void give(int count) noexcept {
    // Release pairs with try_take(): who was woken sees what was done before.
    std::atomic_ref(count_).fetch_add(static_cast<std::uint32_t>(count), std::memory_order_release);
    platform::futex_wake(count_, count);
  }

  /// Waits for a permit. False: `until` has come.
  bool take(time_point until = time_point::never()) noexcept {
    while (!try_take()) {
      if (!platform::futex_wait(count_, 0, until)) return try_take();
    }
    return true;
  }

 private:
  bool try_take() noexcept {
    const std::atomic_ref count(count_);
    std::uint32_t seen = count.load(std::memory_order_relaxed);
    while (seen != 0) {
      if (count.compare_exchange_weak(seen, seen - 1, std::memory_order_acquire)) return true;
    }
    return false;
  }

  std::uint32_t count_ = 0;
};

}  // namespace overlap::futures::detail
