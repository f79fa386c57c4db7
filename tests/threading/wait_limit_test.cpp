// tests/threading/wait_limit_test.cpp
//
// What says how long a call may block.

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>

#include <overlap/threading.hpp>

namespace overlap::threading {
namespace {

using namespace std::chrono_literals;

// A bare number could be seconds or milliseconds.
static_assert(!std::is_convertible_v<int, wait_limit>);
static_assert(!std::is_convertible_v<double, wait_limit>);
static_assert(!std::is_convertible_v<bool, wait_limit>);
static_assert(!std::is_convertible_v<std::string, wait_limit>);
static_assert(std::is_convertible_v<std::chrono::seconds, wait_limit>);
static_assert(std::is_convertible_v<duration, wait_limit>);
static_assert(std::is_convertible_v<std::stop_token, wait_limit>);
static_assert(std::is_constructible_v<wait_limit, std::chrono::milliseconds, std::stop_token>);

/// What a call gets that takes one.
template <class Look>
void look_at(wait_limit limit, Look look) {
  look(limit);
}

TEST(WaitLimit, IsNoneByDefault) {
  look_at({}, [](const wait_limit& limit) {
    EXPECT_TRUE(limit.timeout().is_infinite());
    EXPECT_FALSE(limit.has_stop_token());
    EXPECT_FALSE(limit.stop_requested());
  });
}

TEST(WaitLimit, IsAnyDuration) {
  look_at(1.5s, [](const wait_limit& limit) { EXPECT_EQ(limit.timeout(), duration(1500ms)); });
  look_at(duration(2h), [](const wait_limit& limit) { EXPECT_EQ(limit.timeout(), duration(2h)); });
}

TEST(WaitLimit, IsAStopToken) {
  std::stop_source stopper;
  look_at(stopper.get_token(), [&](const wait_limit& limit) {
    EXPECT_TRUE(limit.has_stop_token());
    EXPECT_TRUE(limit.timeout().is_infinite());
    EXPECT_FALSE(limit.stop_requested());
    stopper.request_stop();
    EXPECT_TRUE(limit.stop_requested());
  });
}

TEST(WaitLimit, IsBoth) {
  std::stop_source stopper;
  stopper.request_stop();
  look_at({20ms, stopper.get_token()}, [](const wait_limit& limit) {
    EXPECT_EQ(limit.timeout(), duration(20ms));
    EXPECT_TRUE(limit.stop_requested());
  });
}

TEST(WaitLimit, TakesTheTokenOfAStandardThread) {
  event ready;
  std::jthread worker([&](const std::stop_token& stop) { EXPECT_FALSE(ready.wait(stop)); });
  worker.request_stop();
}

}  // namespace
}  // namespace overlap::threading
