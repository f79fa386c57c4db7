// src/platform/clock.hpp
//
// The seam to time. A loop asks its clock and nothing else what time it is, so a simulated clock makes
// hours of sleeping last milliseconds.
//
// Threads: now() may be called from any thread.
#pragma once

#include <overlap/base/time_point.hpp>

namespace overlap::platform {

class clock {
 public:
  virtual ~clock() = default;

  /// The present moment. Never goes back.
  [[nodiscard]] virtual time_point now() const noexcept = 0;
};

/// The system's monotonic clock (CLOCK_MONOTONIC; it stands still while the machine is suspended).
const clock& monotonic_clock() noexcept;

}  // namespace overlap::platform
