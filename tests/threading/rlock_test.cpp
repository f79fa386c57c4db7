// tests/threading/rlock_test.cpp
//
// A lock that its owner may take again.

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
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

/// Runs `function` on another thread, to its end.
template <class Function>
void elsewhere(Function function) {
  thread other(std::move(function));
  other.start();
  other.join();
}

TEST(Rlock, IsHeldAsLongAsItsGuardLives) {
  rlock lock;
  EXPECT_FALSE(lock.locked());
  {
    const auto held = lock.acquire();
    EXPECT_TRUE(lock.locked());
    EXPECT_TRUE(lock.is_owned());
    EXPECT_EQ(lock.statistics().owner, get_ident());
    elsewhere([&] {
      EXPECT_TRUE(lock.locked());
      EXPECT_FALSE(lock.is_owned());
    });
  }
  EXPECT_FALSE(lock.locked());
  EXPECT_EQ(lock.statistics().owner, 0U);
}

TEST(Rlock, MayBeTakenAgainByItsOwner) {
  rlock lock;
  auto first = lock.acquire();
  auto second = lock.try_acquire();
  ASSERT_TRUE(second);
  EXPECT_EQ(lock.statistics().depth, 2U);
  first.release();
  first.release();
  EXPECT_TRUE(lock.is_owned()) << "until the last guard ends";
  elsewhere([&] { EXPECT_FALSE(lock.try_acquire()); });
  second->release();
  EXPECT_FALSE(lock.locked());
}

TEST(Rlock, OnlyItsOwnerReleasesIt) {
  rlock lock;
  EXPECT_THROW(lock.release(), invalid_state_error);
  auto held = lock.acquire();
  elsewhere([&] {
    EXPECT_THROW(lock.release(), invalid_state_error);
    EXPECT_THROW(held.release(), invalid_state_error);
  });
  EXPECT_TRUE(lock.is_owned());
}

TEST(Rlock, AWaitEndsWithItsLimit) {
  rlock lock;
  const auto held = lock.acquire();
  elsewhere([&] {
    EXPECT_FALSE(lock.try_acquire());
    EXPECT_FALSE(lock.try_acquire(1ms));
    EXPECT_FALSE(lock.try_lock());
    EXPECT_THROW(static_cast<void>(lock.acquire(0s)), timeout_error);
    EXPECT_THROW(static_cast<void>(lock.acquire(1ms)), timeout_error);
  });
  std::stop_source stopper;
  thread waiter([&] { EXPECT_THROW(static_cast<void>(lock.acquire(stopper.get_token())), stopped_error); });
  waiter.start();
  wait_until([&] { return lock.statistics().threads_waiting == 1; });
  stopper.request_stop();
  waiter.join();
  EXPECT_EQ(lock.statistics().threads_waiting, 0U);
}

TEST(Rlock, GoesToAWaiterWhenItIsReleased) {
  rlock lock;
  std::optional<rlock::guard> held = lock.acquire();
  bool got = false;
  thread waiter([&] {
    const auto mine = lock.acquire();
    got = lock.is_owned();
  });
  waiter.start();
  wait_until([&] { return lock.statistics().threads_waiting == 1; });
  held.reset();
  waiter.join();
  EXPECT_TRUE(got);
}

TEST(Rlock, ADetachedGuardLeavesItLocked) {
  rlock lock;
  lock.acquire().detach();
  EXPECT_TRUE(lock.is_owned());
  lock.release();
  EXPECT_FALSE(lock.locked());
}

TEST(Rlock, WorksWithTheLocksOfTheStandard) {
  rlock one;
  rlock other;
  {
    const std::scoped_lock both(one, other);
    EXPECT_TRUE(one.is_owned() && other.is_owned());
    const std::unique_lock again(one, std::try_to_lock);
    EXPECT_TRUE(again.owns_lock());
  }
  EXPECT_FALSE(one.locked() || other.locked());
}

TEST(Rlock, LetsOneThreadAtATimeIn) {
  rlock lock;
  long counter = 0;
  {
    std::vector<thread> threads;
    for (int i = 0; i < 4; ++i)
      threads
          .emplace_back([&] {
            for (int n = 0; n < 5000; ++n) {
              const auto outer = lock.acquire();
              const auto inner = lock.acquire();
              ++counter;
            }
          })
          .start();
  }
  EXPECT_EQ(counter, 20'000);
}

TEST(RlockDeathTest, AGuardThatEndsOnAnotherThreadIsABrokenRule) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        rlock lock;
        thread other([held = lock.acquire()] {});
        other.start();
        other.join();
      },
      "ends on another thread");
}

}  // namespace
}  // namespace overlap::threading
