// tests/base/duration_test.cpp
//
// Values, rounding and saturation of duration, and its conversions from and to std::chrono.

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <ratio>

#include <overlap/base/duration.hpp>
#include <overlap/base/error.hpp>

namespace overlap {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

constexpr duration ns(std::int64_t value) { return duration::from_nanoseconds(value); }

template <class Rep, class Period = std::ratio<1>>
using chrono = std::chrono::duration<Rep, Period>;

// Whoever takes a duration is called with a chrono literal, also at compile time.
constexpr std::int64_t taken(duration value) { return value.nanoseconds(); }
static_assert(taken(100ms) == 100'000'000);
static_assert(taken(2.5s) == 2'500'000'000);
static_assert(taken(-3us) == -3'000);
static_assert(taken(24h) == 86'400'000'000'000);
static_assert(std::chrono::milliseconds(duration(2.5s)) == 2500ms);
static_assert(duration(1s) + 500ms == 1500ms);
static_assert(duration::infinite() > 24h * 365 * 200);

// A bare number has no unit.
static_assert(!std::is_convertible_v<int, duration>);
static_assert(!std::is_convertible_v<double, duration>);
static_assert(!std::is_convertible_v<duration, int>);
static_assert(!std::is_convertible_v<duration, double>);
static_assert(std::is_trivially_copyable_v<duration>);

TEST(Duration, DefaultIsZero) { EXPECT_EQ(duration().nanoseconds(), 0); }

TEST(Duration, ConvertsFromEveryChronoUnit) {
  EXPECT_EQ(duration(7ns).nanoseconds(), 7);
  EXPECT_EQ(duration(7us).nanoseconds(), 7'000);
  EXPECT_EQ(duration(7min).nanoseconds(), 420'000'000'000);
  EXPECT_EQ(duration(std::chrono::days(2)).nanoseconds(), 172'800'000'000'000);
  EXPECT_EQ(duration(std::chrono::years(200)).nanoseconds(), 200LL * 31'556'952 * 1'000'000'000);
  EXPECT_EQ((duration(chrono<int, std::ratio<1, 60>>(30)).nanoseconds()), 500'000'000);
  EXPECT_EQ((duration(chrono<std::uint8_t, std::milli>(200)).nanoseconds()), 200'000'000);
}

TEST(Duration, CutsOffWholeNumbersOfAFinerUnit) {
  EXPECT_EQ((duration(chrono<std::int64_t, std::pico>(1'999)).nanoseconds()), 1);
  EXPECT_EQ((duration(chrono<std::int64_t, std::pico>(-1'999)).nanoseconds()), -1);
}

TEST(Duration, RoundsFloatingPointToTheNearest) {
  EXPECT_EQ((duration(chrono<double, std::nano>(1.4)).nanoseconds()), 1);
  EXPECT_EQ((duration(chrono<double, std::nano>(1.5)).nanoseconds()), 2);
  EXPECT_EQ((duration(chrono<double, std::nano>(-1.5)).nanoseconds()), -2);
  EXPECT_EQ((duration(chrono<float>(0.25F)).nanoseconds()), 250'000'000);
  EXPECT_EQ(duration::from_seconds(0.1).nanoseconds(), 100'000'000);
  EXPECT_EQ(duration::from_seconds(1e-10).nanoseconds(), 0);
}

TEST(Duration, SaturatesWhereTheValueDoesNotFit) {
  EXPECT_EQ(duration(std::chrono::hours::max()), duration::infinite());
  EXPECT_EQ(duration(std::chrono::hours::min()).nanoseconds(), least);
  EXPECT_EQ((duration(chrono<std::uint64_t>(std::numeric_limits<std::uint64_t>::max()))),
            duration::infinite());
  EXPECT_EQ((duration(chrono<std::int64_t, std::exa>(greatest))), duration::infinite());
  EXPECT_EQ((duration(chrono<std::int64_t, std::exa>(least)).nanoseconds()), least);
  EXPECT_EQ(duration::from_seconds(1e300), duration::infinite());
  EXPECT_EQ(duration::from_seconds(-1e300).nanoseconds(), least);
  EXPECT_EQ(duration::from_seconds(HUGE_VAL), duration::infinite());
  EXPECT_EQ((duration(chrono<std::int64_t, std::ratio<1'000'000'000'000'000'000, 999'999'999'999'999'999>>(1))
                 .nanoseconds()),
            1'000'000'000);
}

TEST(Duration, RefusesNotANumber) {
  EXPECT_THROW(static_cast<void>(duration::from_seconds(std::nan(""))), invalid_value_error);
  EXPECT_THROW(static_cast<void>(duration(chrono<float>(std::nanf("")))), invalid_value_error);
  EXPECT_THROW(static_cast<void>(duration(1s) * std::nan("")), invalid_value_error);
  EXPECT_THROW(static_cast<void>(duration() / 0.0), invalid_value_error);
}

TEST(Duration, ConvertsBackToChrono) {
  const std::chrono::milliseconds milliseconds = duration(1'234'567ns);
  EXPECT_EQ(milliseconds.count(), 1);
  const std::chrono::nanoseconds nanoseconds = ns(greatest - 1);
  EXPECT_EQ(nanoseconds.count(), greatest - 1);
  const std::chrono::seconds negative = duration(-1999ms);
  EXPECT_EQ(negative.count(), -1);
  const chrono<double> seconds = duration(250ms);
  EXPECT_EQ(seconds.count(), 0.25);
  const chrono<float, std::milli> floating = duration(1500us);
  EXPECT_EQ(floating.count(), 1.5F);
}

TEST(Duration, SaturatesOnTheWayBack) {
  EXPECT_EQ((chrono<std::int64_t, std::pico>(ns(greatest - 1)).count()), greatest);
  EXPECT_EQ((chrono<std::int64_t, std::pico>(ns(least)).count()), least);
  EXPECT_EQ((chrono<std::int8_t>(duration(1h)).count()), 127);
  EXPECT_EQ((chrono<std::uint32_t>(duration(-1s)).count()), 0U);
  EXPECT_EQ(std::chrono::seconds(duration::infinite()).count(), greatest / 1'000'000'000);
  EXPECT_EQ(chrono<double>(duration::infinite()).count(), HUGE_VAL);
  EXPECT_EQ(duration(chrono<double>(duration::infinite())), duration::infinite());
}

TEST(Duration, GivesSecondsAsPythonDoes) {
  EXPECT_EQ(duration(1500ms).seconds(), 1.5);
  EXPECT_EQ(duration(-1ms).seconds(), -0.001);
  EXPECT_EQ(duration::infinite().seconds(), HUGE_VAL);
  EXPECT_EQ(duration::from_seconds(duration::infinite().seconds()), duration::infinite());
}

TEST(Duration, ComparesWithChronoOnEitherSide) {
  const duration second = 1s;
  EXPECT_TRUE(second == 1000ms);
  EXPECT_TRUE(1000ms == second);
  EXPECT_TRUE(second != 2s);
  EXPECT_TRUE(999ms < second);
  EXPECT_TRUE(second <= 1s);
  EXPECT_TRUE(second > 0s);
}

TEST(Duration, AddsAndSubtracts) {
  duration value = 1s;
  value += 500ms;
  EXPECT_EQ(value, 1500ms);
  value -= 2s;
  EXPECT_EQ(value, -500ms);
  EXPECT_EQ(-value, 500ms);
  EXPECT_EQ(2s - duration(500ms), 1500ms);
  EXPECT_EQ(ns(-5) - ns(least), ns(greatest - 4));
}

TEST(Duration, NeverWrapsAround) {
  EXPECT_EQ(ns(greatest - 1) + 2ns, duration::infinite());
  EXPECT_EQ(ns(least) - 1ns, ns(least));
  EXPECT_EQ(ns(least) + ns(least), ns(least));
  EXPECT_EQ(-ns(least), duration::infinite());
  EXPECT_EQ(ns(greatest - 1) * 2, duration::infinite());
  EXPECT_EQ(ns(greatest - 1) * -2, ns(least));
  EXPECT_EQ(duration(1s) / 0.0, duration::infinite());
}

TEST(Duration, InfiniteStaysInfinite) {
  EXPECT_EQ(duration::infinite() + 1s, duration::infinite());
  EXPECT_EQ(duration::infinite() - 1s, duration::infinite());
  EXPECT_EQ(1s + duration::infinite(), duration::infinite());
  EXPECT_EQ(duration::infinite() - duration::infinite(), duration::infinite());
  EXPECT_EQ(duration::infinite() * 0.5, duration::infinite());
  EXPECT_EQ(duration::infinite() / 2, duration::infinite());
  EXPECT_LT(1s - duration::infinite(), -24h);
  EXPECT_FALSE((1s - duration::infinite()).is_infinite());
}

TEST(Duration, MultipliesAndDividesWithoutLosingNanoseconds) {
  EXPECT_EQ(duration(1s) * 2, 2s);
  EXPECT_EQ(2 * duration(1s), 2s);
  EXPECT_EQ(duration(3s) / 3, 1s);
  EXPECT_EQ(duration(1s) * 0.1, 100ms);
  EXPECT_EQ(ns(3) * 0.5, ns(2));
  // A double holds 53 bits: 104 days in nanoseconds. A long double holds them all.
  EXPECT_EQ(ns(9'007'199'254'740'993) * 1, ns(9'007'199'254'740'993));
  EXPECT_EQ(ns(3'000'000'000'000'000'003) / 3, ns(1'000'000'000'000'000'001));
  duration value = 1s;
  value *= 3;
  value /= 2;
  EXPECT_EQ(value, 1500ms);
}

TEST(Duration, DividedByADurationIsANumber) {
  EXPECT_EQ(duration(1s) / 250ms, 4.0);
  EXPECT_EQ(1s / duration(4s), 0.25);
}

}  // namespace
}  // namespace overlap
