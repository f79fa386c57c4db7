// include/overlap/base/time_point.hpp
//
// A moment on a loop's clock. Comparable only with moments of the same clock: the real one never goes
// back and starts anywhere; a simulated one starts at zero.
//
// Threads: a value type; no shared state.
#pragma once

#include <compare>

#include <overlap/base/duration.hpp>

namespace overlap {

/// A moment: the time since the start of its clock.
///
/// Python   the float of loop.time() and time.monotonic()
class time_point {
 public:
  constexpr time_point() noexcept = default;
  constexpr explicit time_point(duration since_start) noexcept : since_start_(since_start) {}

  /// A moment that never comes: a deadline with it has no limit.
  [[nodiscard]] static constexpr time_point never() noexcept { return time_point(duration::infinite()); }

  [[nodiscard]] constexpr duration since_start() const noexcept { return since_start_; }
  [[nodiscard]] constexpr bool is_never() const noexcept { return since_start_.is_infinite(); }

  friend constexpr auto operator<=>(const time_point&, const time_point&) noexcept = default;
  friend constexpr time_point operator+(time_point left, duration right) noexcept {
    return time_point(left.since_start_ + right);
  }
  friend constexpr time_point operator-(time_point left, duration right) noexcept {
    return time_point(left.since_start_ - right);
  }
  friend constexpr duration operator-(time_point left, time_point right) noexcept {
    return left.since_start_ - right.since_start_;
  }

 private:
  duration since_start_;
};

}  // namespace overlap
