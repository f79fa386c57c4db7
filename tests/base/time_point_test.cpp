// tests/base/time_point_test.cpp

#include <gtest/gtest.h>

#include <chrono>

#include <overlap/base/time_point.hpp>

namespace overlap {
namespace {

using namespace std::chrono_literals;

constexpr time_point at(duration since_start) { return time_point(since_start); }

static_assert(!std::is_convertible_v<duration, time_point>);
static_assert(time_point() == at(0s));
static_assert(at(2s) - at(500ms) == 1500ms);

TEST(TimePoint, MovesBySpans) {
  EXPECT_EQ(at(1s) + 500ms, at(1500ms));
  EXPECT_EQ(at(1s) - 1500ms, at(-500ms));
  EXPECT_EQ(at(1s) - at(3s), -2s);
  EXPECT_EQ((at(1s) + 1ns).since_start().nanoseconds(), 1'000'000'001);
}

TEST(TimePoint, IsOrdered) {
  EXPECT_LT(at(1s), at(2s));
  EXPECT_LT(at(24h * 365 * 100), time_point::never());
}

// A deadline that never comes does not become one that does by arithmetic.
TEST(TimePoint, NeverStaysNever) {
  EXPECT_TRUE(time_point::never().is_never());
  EXPECT_TRUE((time_point::never() + 1s).is_never());
  EXPECT_TRUE((time_point::never() - 1s).is_never());
  EXPECT_TRUE((time_point::never() - at(5s)).is_infinite());
  EXPECT_TRUE((at(5s) + duration::infinite()).is_never());
  EXPECT_FALSE(at(5s).is_never());
}

}  // namespace
}  // namespace overlap
