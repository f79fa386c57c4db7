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

/// The product, or the nearest number that there is.
constexpr wide_integer multiply_saturated(wide_integer left, wide_integer right) noexcept {
  wide_integer product = 0;
  if (!__builtin_mul_overflow(left, right, &product)) return product;
  constexpr wide_integer greatest = ~(wide_integer{1} << 127);
  return (left < 0) == (right < 0) ? greatest : -greatest;
}

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
/// Converts implicitly from every std::chrono duration and back, so an API taking `duration` is called with
/// `100ms` or `2.5s`. Floating-point values are rounded to the nearest nanosecond, whole ones cut off.
///
/// Throws   invalid_value_error  when a floating-point NaN comes in or out of a calculation.
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

  /// From seconds, as Python gives them. Saturates: infinity is infinite().
  [[nodiscard]] static constexpr duration from_seconds(double value) {
    return from_nanoseconds(scale(value, 1, 1));
  }

  /// The greatest duration: a wait with it has no limit.
  [[nodiscard]] static constexpr duration infinite() noexcept { return from_nanoseconds(greatest); }

  [[nodiscard]] constexpr std::int64_t nanoseconds() const noexcept { return nanoseconds_; }
  /// As Python gives them; infinite() is the floating-point infinity.
  [[nodiscard]] constexpr double seconds() const noexcept {
    if (is_infinite()) return std::numeric_limits<double>::infinity();
    return static_cast<double>(nanoseconds_) / 1e9;
  }
  [[nodiscard]] constexpr bool is_infinite() const noexcept { return nanoseconds_ == greatest; }

  /// To any std::chrono duration. Fractions are cut off where its type is an integer; what it cannot hold
  /// becomes its greatest or least value. infinite() is then just 292 years, which no wait survives.
  template <detail::chrono_duration Chrono>
  constexpr operator Chrono() const {  // NOLINT(google-explicit-constructor): the way back
    using rep = typename Chrono::rep;
    if constexpr (std::integral<rep>) {
      const detail::wide_integer units =
          detail::multiply_saturated(nanoseconds_, Chrono::period::den) /
          detail::multiply_saturated(Chrono::period::num, nanoseconds_per_second);
      if (units > std::numeric_limits<rep>::max()) return Chrono(std::numeric_limits<rep>::max());
      if (units < std::numeric_limits<rep>::min()) return Chrono(std::numeric_limits<rep>::min());
      return Chrono(static_cast<rep>(units));
    } else {
      return Chrono(static_cast<rep>(seconds_exactly() * Chrono::period::den / Chrono::period::num));
    }
  }

  friend constexpr auto operator<=>(const duration&, const duration&) noexcept = default;

  friend constexpr duration operator+(duration left, duration right) noexcept {
    if (left.is_infinite() || right.is_infinite()) return infinite();
    return saturated(static_cast<detail::wide_integer>(left.nanoseconds_) + right.nanoseconds_);
  }
  /// What is left of infinite() is infinite().
  friend constexpr duration operator-(duration left, duration right) noexcept {
    if (left.is_infinite()) return infinite();
    return saturated(static_cast<detail::wide_integer>(left.nanoseconds_) - right.nanoseconds_);
  }
  friend constexpr duration operator-(duration value) noexcept {
    return saturated(-static_cast<detail::wide_integer>(value.nanoseconds_));
  }
  /// infinite() times a positive number is infinite().
  friend constexpr duration operator*(duration left, double right) {
    if (left.is_infinite() && right > 0) return infinite();
    return from_nanoseconds(rounded(static_cast<long double>(left.nanoseconds_) * right));
  }
  friend constexpr duration operator*(double left, duration right) { return right * left; }
  friend constexpr duration operator/(duration left, double right) {
    if (left.is_infinite() && right > 0) return infinite();
    return from_nanoseconds(rounded(static_cast<long double>(left.nanoseconds_) / right));
  }
  /// How many times `right` is in `left`.
  friend constexpr double operator/(duration left, duration right) noexcept {
    return static_cast<double>(left.nanoseconds_) / static_cast<double>(right.nanoseconds_);
  }

  constexpr duration& operator+=(duration other) noexcept { return *this = *this + other; }
  constexpr duration& operator-=(duration other) noexcept { return *this = *this - other; }
  constexpr duration& operator*=(double factor) { return *this = *this * factor; }
  constexpr duration& operator/=(double divisor) { return *this = *this / divisor; }

 private:
  static constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

  static constexpr duration saturated(detail::wide_integer value) noexcept {
    if (value > greatest) return from_nanoseconds(greatest);
    if (value < least) return from_nanoseconds(least);
    return from_nanoseconds(static_cast<std::int64_t>(value));
  }

  /// The nearest whole number.
  static constexpr std::int64_t rounded(long double value) {
    if (value != value) detail::throw_duration_is_nan();
    if (value >= static_cast<long double>(greatest)) return greatest;
    if (value <= static_cast<long double>(least)) return least;
    return static_cast<std::int64_t>(value < 0 ? value - 0.5L : value + 0.5L);
  }

  template <class Number>
  static constexpr std::int64_t scale(Number count, std::intmax_t numerator, std::intmax_t denominator) {
    if constexpr (std::integral<Number> && sizeof(Number) <= sizeof(std::int64_t)) {
      const detail::wide_integer nanoseconds = detail::multiply_saturated(
          detail::multiply_saturated(static_cast<detail::wide_integer>(count), numerator),
          nanoseconds_per_second);
      return saturated(nanoseconds / denominator).nanoseconds_;
    } else {
      return rounded(static_cast<long double>(count) * static_cast<long double>(numerator) * 1e9L /
                     static_cast<long double>(denominator));
    }
  }

  [[nodiscard]] constexpr long double seconds_exactly() const noexcept {
    if (is_infinite()) return std::numeric_limits<long double>::infinity();
    return static_cast<long double>(nanoseconds_) / 1e9L;
  }

  std::int64_t nanoseconds_ = 0;
};

}  // namespace overlap
