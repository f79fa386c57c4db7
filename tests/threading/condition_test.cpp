// tests/threading/condition_test.cpp
//
// Waiting under a lock, and being notified.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

using namespace std::chrono_literals;

TEST(Condition, NeedsItsLock) {
  condition changed;
  EXPECT_THROW(changed.wait(), invalid_state_error);
  EXPECT_THROW(changed.wait(0s), invalid_state_error);
  EXPECT_THROW(changed.notify(), invalid_state_error);
  EXPECT_THROW(changed.notify_all(), invalid_state_error);
  EXPECT_THROW(changed.wait_for([] { return false; }), invalid_state_error);
}

TEST(Condition, HasTheMembersOfItsLock) {
  rlock lock;
  condition changed(lock);
  {
    const auto held = changed.acquire();
    EXPECT_TRUE(lock.is_owned());
    EXPECT_TRUE(changed.try_acquire());
    EXPECT_TRUE(changed.locked());
    changed.lock();
    EXPECT_EQ(changed.statistics().of_lock.depth, 2U);
    changed.unlock();
  }
  ASSERT_TRUE(changed.try_lock());
  changed.release();
  EXPECT_FALSE(lock.locked());
}

TEST(Condition, ANotificationWakesWhoHasWaitedLongest) {
  condition changed;
  std::vector<int> woken;
  std::deque<thread> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters
        .emplace_back([&, i] {
          const auto held = changed.acquire();
          EXPECT_TRUE(changed.wait());
          woken.push_back(i);
        })
        .start();
    wait_until([&] { return changed.statistics().threads_waiting == static_cast<std::size_t>(i) + 1; });
  }
  const auto notify = [&](std::size_t count) {
    const auto held = changed.acquire();
    const std::size_t before = woken.size();
    changed.notify(count);
    EXPECT_EQ(woken.size(), before) << "they need the lock first";
  };
  notify(1);
  waiters[0].join();
  notify(1);
  waiters[1].join();
  notify(5);
  waiters[2].join();
  waiters[3].join();
  notify(0);
  EXPECT_EQ(changed.statistics().threads_waiting, 0U);
  ASSERT_EQ(woken.size(), 4U);
  EXPECT_EQ(woken[0], 0);
  EXPECT_EQ(woken[1], 1);
}

TEST(Condition, ANotificationForNobodyIsNotKept) {
  condition changed;
  const auto held = changed.acquire();
  changed.notify();
  changed.notify_all();
  EXPECT_FALSE(changed.wait(1ms));
}

TEST(Condition, AWaitHasTheLockBackWhenItsLimitComes) {
  condition changed;
  const auto outer = changed.acquire();
  const auto inner = changed.acquire();
  std::stop_source stopper;
  stopper.request_stop();
  EXPECT_FALSE(changed.wait(0s));
  EXPECT_FALSE(changed.wait(1ms));
  EXPECT_FALSE(changed.wait(stopper.get_token()));
  EXPECT_EQ(changed.statistics().of_lock.depth, 2U);
  EXPECT_EQ(changed.statistics().threads_waiting, 0U);
}

TEST(Condition, AWaitReleasesTheLockHoweverOftenItWasTaken) {
  condition changed;
  bool ready = false;
  thread waiter([&] {
    const auto outer = changed.acquire();
    const auto inner = changed.acquire();
    EXPECT_TRUE(changed.wait_for([&] { return ready; }));
    EXPECT_EQ(changed.statistics().of_lock.depth, 2U);
  });
  waiter.start();
  wait_until([&] { return changed.statistics().threads_waiting == 1; });
  {
    const auto held = changed.acquire();
    ready = true;
    changed.notify();
  }
  waiter.join();
}

TEST(Condition, WaitForLooksFirstAndGivesWhatThePredicateReturned) {
  condition changed;
  const auto held = changed.acquire();
  int calls = 0;
  EXPECT_EQ(changed.wait_for([&] { return ++calls; }), 1);
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(changed.wait_for([] { return false; }, 1ms));
  EXPECT_FALSE(changed.wait_for([] { return false; }, 0s));
  calls = 0;
  EXPECT_FALSE(changed.wait_for([&] { return ++calls > 2; }, 1ms));
  EXPECT_EQ(calls, 2) << "once at first, once at the end";
}

TEST(Condition, WhatThePredicateThrowsComesOutWithTheLockHeld) {
  condition changed;
  const auto held = changed.acquire();
  EXPECT_THROW(changed.wait_for([]() -> bool { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_EQ(changed.statistics().of_lock.depth, 1U);
}

TEST(Condition, AStopEndsAWaitAndTakesNobodysNotification) {
  condition changed;
  std::stop_source stopper;
  int stopped = 0;
  int notified = 0;
  const auto wait_with = [&](wait_limit limit) {
    const auto held = changed.acquire();
    (changed.wait(limit) ? notified : stopped) += 1;
  };
  thread first([&] { wait_with(stopper.get_token()); });
  thread second([&] { wait_with(1h); });
  first.start();
  wait_until([&] { return changed.statistics().threads_waiting == 1; });
  second.start();
  wait_until([&] { return changed.statistics().threads_waiting == 2; });
  stopper.request_stop();
  first.join();
  {
    const auto held = changed.acquire();
    changed.notify();
  }
  second.join();
  EXPECT_EQ(stopped, 1);
  EXPECT_EQ(notified, 1);
}

// Each notification is for one waiter, whatever its limit does at the same time.
TEST(Condition, NoNotificationIsLostToATimeOut) {
  condition changed;
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> notified = 0;
    thread with_limit([&] {
      const auto held = changed.acquire();
      notified += changed.wait(1us * (round % 50));
    });
    thread without([&] {
      const auto held = changed.acquire();
      notified += changed.wait();
    });
    without.start();
    with_limit.start();
    while (!without.join(0s)) {
      const auto held = changed.acquire();
      changed.notify();
    }
    EXPECT_GE(notified, 1);
  }
}

TEST(Condition, ServesABoundedBuffer) {
  rlock lock;
  condition has_item(lock);
  condition has_room(lock);
  std::deque<int> buffer;
  long sum = 0;
  thread consumer([&] {
    for (int n = 0; n < 2000; ++n) {
      const auto held = has_item.acquire();
      has_item.wait_for([&] { return !buffer.empty(); });
      sum += buffer.front();
      buffer.pop_front();
      has_room.notify();
    }
  });
  consumer.start();
  for (int n = 1; n <= 2000; ++n) {
    const auto held = has_room.acquire();
    has_room.wait_for([&] { return buffer.size() < 2; });
    buffer.push_back(n);
    has_item.notify();
  }
  consumer.join();
  EXPECT_EQ(sum, 2000L * 2001 / 2);
}

}  // namespace
}  // namespace overlap::threading
