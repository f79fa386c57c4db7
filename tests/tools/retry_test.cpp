// tests/tools/retry_test.cpp
#include "retry.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/http/errors.hpp>

namespace overlap::get {
namespace {

using namespace std::chrono_literals;

std::exception_ptr answer(int status, std::optional<duration> retry_after = std::nullopt) {
  return std::make_exception_ptr(http::client_response_error(status, "", retry_after, "", ""));
}
std::exception_ptr no_connection(http::connection_failure failure) {
  return std::make_exception_ptr(http::client_connection_error(failure, 0, "", ""));
}

TEST(RetryPolicy, OnlyFailuresThatMayPassAreTriedAgain) {
  for (const int status : {408, 429, 500, 502, 503, 504}) EXPECT_TRUE(is_transient(answer(status))) << status;
  for (const int status : {400, 401, 403, 404, 410}) EXPECT_FALSE(is_transient(answer(status))) << status;
  EXPECT_TRUE(is_transient(no_connection(http::connection_failure::connect)));
  EXPECT_TRUE(is_transient(no_connection(http::connection_failure::resolve)));
  EXPECT_TRUE(is_transient(no_connection(http::connection_failure::disconnected)));
  EXPECT_FALSE(is_transient(no_connection(http::connection_failure::tls)));
  EXPECT_TRUE(is_transient(std::make_exception_ptr(timeout_error())));
  EXPECT_TRUE(is_transient(std::make_exception_ptr(http::client_payload_error(true, "cut", ""))));
  EXPECT_FALSE(is_transient(std::make_exception_ptr(http::invalid_url("", ""))));
}

TEST(RetryPolicy, AFullDiskIsNotTriedAgain) {
  retry_policy policy({}, 1);
  EXPECT_FALSE(policy.wait_after(1, std::make_exception_ptr(os_error(ENOSPC, "write", "x.part"))));
}

TEST(RetryPolicy, TheLimitDoublesUpToItsGreatest) {
  const retry_policy policy({}, 1);
  EXPECT_EQ(policy.backoff_limit(1), duration(500ms));
  EXPECT_EQ(policy.backoff_limit(2), duration(1s));
  EXPECT_EQ(policy.backoff_limit(3), duration(2s));
  EXPECT_EQ(policy.backoff_limit(6), duration(16s));
  EXPECT_EQ(policy.backoff_limit(7), duration(30s));
  EXPECT_EQ(policy.backoff_limit(1000), duration(30s));
}

TEST(RetryPolicy, GivesUpAfterTheLastTry) {
  retry_policy policy({.retries = 2}, 1);
  EXPECT_TRUE(policy.wait_after(1, answer(503)));
  EXPECT_TRUE(policy.wait_after(2, answer(503)));
  EXPECT_FALSE(policy.wait_after(3, answer(503)));
  retry_policy never({.retries = 0}, 1);
  EXPECT_FALSE(never.wait_after(1, answer(503)));
}

TEST(RetryPolicy, TheJitterIsFull) {
  retry_policy policy({.retries = 1000}, 7);
  std::vector<int> tenths(10);
  for (int count = 0; count < 1000; ++count) {
    const double part = *policy.wait_after(3, answer(503)) / duration(2s);
    ASSERT_GE(part, 0);
    ASSERT_LT(part, 1);
    ++tenths[static_cast<std::size_t>(part * 10)];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 100, 40);
}

TEST(RetryPolicy, TheSameSeedWaitsTheSame) {
  retry_policy one({}, 42), same({}, 42), other({}, 43);
  const auto first = one.wait_after(1, answer(503));
  EXPECT_EQ(first, same.wait_after(1, answer(503)));
  EXPECT_NE(first, other.wait_after(1, answer(503)));
}

TEST(RetryPolicy, RetryAfterIsObeyedWithTheJitterOnTop) {
  retry_policy plain({}, 42), asked({}, 42);
  const duration jitter = *plain.wait_after(1, answer(503));
  EXPECT_EQ(*asked.wait_after(1, answer(503, 7s)), jitter + 7s);
}

TEST(RetryPolicy, RetryAfterIsCapped) {
  retry_policy policy({.retry_after_max = 10s}, 42);
  const duration wait = *policy.wait_after(1, answer(429, 3600s));
  EXPECT_GE(wait, duration(10s));
  EXPECT_LE(wait, duration(10500ms));
}

TEST(RetryPolicy, RetryAfterOfWhatDoesNotPassChangesNothing) {
  retry_policy policy({}, 42);
  EXPECT_FALSE(policy.wait_after(1, answer(404, 1s)));
}

}  // namespace
}  // namespace overlap::get
