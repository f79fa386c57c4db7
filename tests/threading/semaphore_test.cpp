// tests/threading/semaphore_test.cpp
//
// Permits, and what a bounded_semaphore refuses.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

using namespace std::chrono_literals;

template <class Semaphore>
class EverySemaphore : public ::testing::Test {};
using every_semaphore = ::testing::Types<semaphore, bounded_semaphore>;
TYPED_TEST_SUITE(EverySemaphore, every_semaphore);

TYPED_TEST(EverySemaphore, HasOnePermitUnlessItIsTold) {
  TypeParam permits;
  EXPECT_EQ(permits.statistics().permits_free, 1U);
  EXPECT_EQ(TypeParam(3).statistics().permits_free, 3U);
  EXPECT_TRUE(TypeParam(0).locked());
}

TYPED_TEST(EverySemaphore, CannotHaveLessThanNone) { EXPECT_THROW(TypeParam(-1), invalid_value_error); }

TYPED_TEST(EverySemaphore, GivesAPermitThatComesBackByItself) {
  TypeParam permits(2);
  {
    auto first = permits.acquire();
    const auto second = permits.try_acquire();
    EXPECT_TRUE(second);
    EXPECT_TRUE(permits.locked());
    EXPECT_FALSE(permits.try_acquire());
    auto moved = std::move(first);
    moved.release();
    moved.release();
    EXPECT_EQ(permits.statistics().permits_free, 1U);
  }
  EXPECT_EQ(permits.statistics().permits_free, 2U);
}

TYPED_TEST(EverySemaphore, AWaitEndsWithItsLimit) {
  TypeParam permits(0);
  EXPECT_FALSE(permits.try_acquire(0s));
  EXPECT_FALSE(permits.try_acquire(1ms));
  EXPECT_THROW(static_cast<void>(permits.acquire(1ms)), timeout_error);
  std::stop_source stopper;
  thread waiter(
      [&] { EXPECT_THROW(static_cast<void>(permits.acquire(stopper.get_token())), stopped_error); });
  waiter.start();
  wait_until([&] { return permits.statistics().threads_waiting == 1; });
  stopper.request_stop();
  waiter.join();
  EXPECT_EQ(permits.statistics().threads_waiting, 0U);
}

TYPED_TEST(EverySemaphore, APermitGoesToAWaiter) {
  TypeParam permits(1);
  std::optional held = permits.acquire();
  std::atomic<bool> inside = false;
  thread waiter([&] {
    const auto mine = permits.acquire();
    inside = true;
  });
  waiter.start();
  wait_until([&] { return permits.statistics().threads_waiting == 1; });
  EXPECT_FALSE(inside);
  held.reset();
  waiter.join();
  EXPECT_TRUE(inside);
}

TYPED_TEST(EverySemaphore, APermitMayBeReleasedByAnotherThread) {
  TypeParam permits(1);
  auto held = permits.acquire();
  thread other([moved = std::move(held)] {});
  other.start();
  other.join();
  EXPECT_EQ(permits.statistics().permits_free, 1U);
}

TYPED_TEST(EverySemaphore, LetsNoMoreInThanItHasPermits) {
  TypeParam permits(3);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  {
    std::vector<thread> threads;
    for (int i = 0; i < 8; ++i)
      threads
          .emplace_back([&] {
            for (int n = 0; n < 300; ++n) {
              const auto permit = permits.acquire();
              const int now = ++inside;
              int before = most;
              while (now > before && !most.compare_exchange_weak(before, now)) {
              }
              --inside;
            }
          })
          .start();
  }
  EXPECT_LE(most, 3);
  EXPECT_EQ(permits.statistics().permits_free, 3U);
}

TEST(Semaphore, SeveralPermitsWakeSeveralWaiters) {
  semaphore permits(0);
  std::vector<thread> waiters;
  for (int i = 0; i < 5; ++i) waiters.emplace_back([&] { permits.acquire().detach(); }).start();
  wait_until([&] { return permits.statistics().threads_waiting == 5; });
  permits.release(2);
  wait_until([&] { return permits.statistics().threads_waiting == 3; });
  EXPECT_TRUE(permits.locked());
  permits.release();
  permits.release(3);
  for (thread& each : waiters) each.join();
  EXPECT_EQ(permits.statistics().permits_free, 1U);
}

TEST(BoundedSemaphore, RefusesToBeGivenBackMoreThanItGave) {
  bounded_semaphore permits(2);
  EXPECT_THROW(permits.release(), invalid_value_error);
  permits.acquire().detach();
  EXPECT_THROW(permits.release(2), invalid_value_error);
  EXPECT_EQ(permits.statistics().permits_free, 1U) << "nothing has changed";
  permits.release();
  EXPECT_THROW(permits.release(), invalid_value_error);
  EXPECT_EQ(permits.statistics().permits_free, 2U);
}

}  // namespace
}  // namespace overlap::threading
