// src/testing/virtual_clock.hpp
//
// The clock of a simulation: it shows what it was set to.
//
// Threads: advance_to() on the loop's thread, now() on any.
#pragma once

#include <atomic>
#include <cstdint>

#include "platform/clock.hpp"

namespace overlap::testing::detail {

class virtual_clock final : public platform::clock {
 public:
  [[nodiscard]] time_point now() const noexcept override {
    // Relaxed: the number is all that is shared, nothing is published by it.
    return time_point(duration::from_nanoseconds(nanoseconds_.load(std::memory_order_relaxed)));
  }

  /// `moment` is not earlier than now().
  void advance_to(time_point moment) noexcept {
    nanoseconds_.store(moment.since_start().nanoseconds(), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> nanoseconds_{0};
};

}  // namespace overlap::testing::detail
