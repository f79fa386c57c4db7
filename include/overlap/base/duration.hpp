// include/overlap/base/duration.hpp
//
// A span of time that accepts `100ms`, `1.5s` or any other std::chrono duration from whoever included
// <chrono>, without including it: that header alone would cost every user 130 ms of compile time.
//
// Threads: a value type; no shared state.
//
// Invariants
//   1. The value is a whole number of nanoseconds; a conversion that does not fit saturates.
//   2. duration::infinite() is the greatest value; arithmetic never wraps around.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>

namespace overlap {

namespace detail {
__extension__ using wide_integer = __int128;  // -Wpedantic knows no 128-bit integers

/// Reports a not-a-number given as a duration. Throws invalid_value_error.
[[noreturn]] void throw_duration_is_nan();

/// What std::chrono::duration looks like, without naming it.
template <class T>
concept chrono_duration = requires(const T& value) {
  typename T::rep;
  typename T::period;
  { T::period::num } -> std::convertible_to<std::intmax_t>;
  { T::period::den } -> std::convertible_to<std::intmax_t>;
  value.count();
};
}  // namespace detail

/// A span of time with nanosecond resolution, about 292 years either way.
///
/// Converts implicitly from every std::chrono duration (also of floating-point type, rounded to the
/// nearest nanosecond) and back, so an API taking `duration` is called with `100ms` or `2.5s`.
///
/// Throws   invalid_value_error  when made from a floating-point NaN.
/// Python   the float seconds of time and asyncio; datetime.timedelta
class duration {
 public:
  constexpr duration() noexcept = default;

  /// From any std::chrono duration. Saturates instead of overflowing.
  template <detail::chrono_duration Chrono>
  constexpr duration(const Chrono& value)  // NOLINT(google-explicit-constructor): the point of the type
      : nanoseconds_(scale(value.count(), Chrono::period::num, Chrono::period::den)) {}

  /// From a whole number of nanoseconds.
  [[nodiscard]] static constexpr duration from_nanoseconds(std::int64_t value) noexcept {
    duration result;
    result.nanoseconds_ = value;
    return result;
  }

  /// From seconds, as Python gives them. Saturates.
  [[nodiscard]] static constexpr duration from_seconds(double value) {
    duration result;
    result.nanoseconds_ = scale(value, 1, 1);
    return result;
  }

  /// The greatest duration: a wait with it has no limit.
  [[nodiscard]] static constexpr duration infinite() noexcept { return from_nanoseconds(greatest); }

  [[nodiscard]] constexpr std::int64_t nanoseconds() const noexcept { return nanoseconds_; }
  [[nodiscard]] constexpr double seconds() const noexcept { return static_cast<double>(nanoseconds_) / 1e9; }
  [[nodiscard]] constexpr bool is_infinite() const noexcept { return nanoseconds_ == greatest; }

  /// To any std::chrono duration; fractions are cut off where its type is an integer.
  template <detail::chrono_duration Chrono>
  constexpr operator Chrono() const {  // NOLINT(google-explicit-constructor): the way back
    using rep = typename Chrono::rep;
    if constexpr (std::integral<rep>) {
      const detail::wide_integer units =
          static_cast<detail::wide_integer>(nanoseconds_) * Chrono::period::den /
          (static_cast<detail::wide_integer>(Chrono::period::num) * 1'000'000'000);
      return Chrono(static_cast<rep>(units));
    } else {
      return Chrono(static_cast<rep>(seconds() * static_cast<double>(Chrono::period::den) /
                                     static_cast<double>(Chrono::period::num)));
    }
  }

  friend constexpr auto operator<=>(const duration&, const duration&) noexcept = default;

  friend constexpr duration operator+(duration left, duration right) noexcept {
    return saturated(static_cast<detail::wide_integer>(left.nanoseconds_) + right.nanoseconds_);
  }
  friend constexpr duration operator-(duration left, duration right) noexcept {
    return saturated(static_cast<detail::wide_integer>(left.nanoseconds_) - right.nanoseconds_);
  }
  friend constexpr duration operator*(duration left, double right) {
    return from_nanoseconds(scale(static_cast<double>(left.nanoseconds_) * right, 1, 1'000'000'000));
  }
  friend constexpr duration operator*(double left, duration right) { return right * left; }
  friend constexpr double operator/(duration left, duration right) noexcept {
    return static_cast<double>(left.nanoseconds_) / static_cast<double>(right.nanoseconds_);
  }
  friend constexpr duration operator/(duration left, double right) { return left * (1.0 / right); }

  constexpr duration& operator+=(duration other) noexcept { return *this = *this + other; }
  constexpr duration& operator-=(duration other) noexcept { return *this = *this - other; }

 private:
  static constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

  static constexpr duration saturated(detail::wide_integer value) noexcept {
    if (value > greatest) return from_nanoseconds(greatest);
    if (value < least) return from_nanoseconds(least);
    return from_nanoseconds(static_cast<std::int64_t>(value));
  }

  template <class Number>
  static constexpr std::int64_t scale(Number count, std::intmax_t numerator, std::intmax_t denominator) {
    if constexpr (std::integral<Number>) {
      if constexpr (sizeof(Number) <= 8) {
        // At most 2^63 * 10^9 * numerator: the largest std::ratio in use (years) still fits 128 bits.
        return saturated(static_cast<detail::wide_integer>(count) * numerator * 1'000'000'000 / denominator)
            .nanoseconds_;
      }
    }
    const long double value = static_cast<long double>(count) * static_cast<long double>(numerator) * 1e9L /
                              static_cast<long double>(denominator);
    if (value != value) detail::throw_duration_is_nan();
    if (value >= 9223372036854775807.0L) return greatest;
    if (value <= -9223372036854775808.0L) return least;
    return static_cast<std::int64_t>(value < 0 ? value - 0.5L : value + 0.5L);
  }

  std::int64_t nanoseconds_ = 0;
};

}  // namespace overlap
