// tests/tools/progress_meter_test.cpp
#include "progress_meter.hpp"

#include <gtest/gtest.h>

namespace overlap::get {
namespace {

TEST(ProgressMeter, KnowsNothingAtTheStart) {
  progress_meter meter;
  EXPECT_EQ(meter.bytes_per_second(), 0);
  EXPECT_EQ(meter.seconds_left(), std::nullopt);
  meter.add(0, 0, 0);
  meter.add(5, 100, 0);
  EXPECT_EQ(meter.bytes_per_second(), 20);
  EXPECT_EQ(meter.seconds_left(), std::nullopt);
}

TEST(ProgressMeter, JudgesByTheLastTenSeconds) {
  progress_meter meter;
  for (int second = 0; second <= 100; ++second) {
    const bool is_late = second > 80;
    meter.add(second, static_cast<std::uint64_t>(second) * 10 + (is_late ? (second - 80) * 90U : 0U),
              is_late ? 0.2 + (second - 80) * 0.01 : second * 0.0025);
  }
  EXPECT_NEAR(meter.bytes_per_second(), 100, 1);
  EXPECT_NEAR(*meter.seconds_left(), 60, 1);
}

TEST(ProgressMeter, AStandstillIsJudgedByTheWhole) {
  progress_meter meter;
  for (int second = 0; second <= 10; ++second) meter.add(second, 0, second * 0.05);
  for (int second = 11; second <= 30; ++second) meter.add(second, 0, 0.5);
  EXPECT_NEAR(*meter.seconds_left(), 30, 0.1);
}

TEST(ProgressMeter, AtTheEndNothingIsLeft) {
  progress_meter meter;
  meter.add(0, 0, 0);
  meter.add(1, 10, 1);
  EXPECT_EQ(meter.seconds_left(), 0);
}

TEST(ProgressMeter, ManyCloseSamplesDoNotHideTheStart) {
  progress_meter meter;
  for (int index = 0; index <= 1000; ++index)
    meter.add(index * 0.001, static_cast<std::uint64_t>(index), index * 0.0005);
  EXPECT_NEAR(meter.bytes_per_second(), 1000, 1);
}

}  // namespace
}  // namespace overlap::get
