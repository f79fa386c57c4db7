// tests/queue/queue_shutdown_test.cpp
//
// The end of a queue, from every state it can be in.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include <overlap/queue.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::queue {
namespace {

using namespace std::chrono_literals;
using threading::thread;
using threading::wait_until;

template <class Queue>
class QueueShutdown : public ::testing::Test {};

using every_queue = ::testing::Types<queue<int>, lifo_queue<int>, priority_queue<int>>;
TYPED_TEST_SUITE(QueueShutdown, every_queue);

TYPED_TEST(QueueShutdown, OfAnEmptyQueueRefusesEverything) {
  for (const bool immediate : {false, true}) {
    TypeParam items(2);
    EXPECT_FALSE(items.is_shut_down());
    items.shutdown({.immediate = immediate});
    EXPECT_TRUE(items.is_shut_down());
    EXPECT_THROW(items.put(1), shut_down);
    EXPECT_THROW(items.put(1, 0s), shut_down);
    EXPECT_THROW(items.put_nowait(1), shut_down);
    EXPECT_FALSE(items.try_put(1));
    EXPECT_THROW(items.get(), shut_down);
    EXPECT_THROW(items.get(1ms), shut_down);
    EXPECT_THROW(items.get_nowait(), shut_down);
    EXPECT_THROW(static_cast<void>(items.take()), shut_down);
    EXPECT_EQ(items.next(), std::nullopt);
    EXPECT_EQ(items.try_get(), std::nullopt);
    EXPECT_FALSE(items.next_ticket());
    EXPECT_TRUE(items.join());
  }
}

TYPED_TEST(QueueShutdown, LeavesWhatIsInItToBeTaken) {
  TypeParam items(2);
  items.put(1);
  items.put(2);
  items.shutdown();
  EXPECT_THROW(items.put(3, 0s), shut_down) << "not full";
  EXPECT_EQ(items.qsize(), 2U);
  EXPECT_NE(items.next(), std::nullopt);
  EXPECT_NO_THROW(items.get());
  EXPECT_EQ(items.next(), std::nullopt);
  EXPECT_FALSE(items.join(0s));
  items.task_done();
  items.task_done();
  EXPECT_TRUE(items.join());
}

TYPED_TEST(QueueShutdown, ThatIsImmediateDropsWhatIsInItAndCountsItDone) {
  TypeParam items(3);
  for (int i = 0; i < 3; ++i) items.put(i);
  items.get();
  items.shutdown({.immediate = true});
  EXPECT_TRUE(items.empty());
  EXPECT_EQ(items.statistics().items_unfinished, 1U) << "what was taken is not done";
  EXPECT_THROW(items.get(), shut_down);
  items.task_done();
  EXPECT_TRUE(items.join());
}

TYPED_TEST(QueueShutdown, MayFollowAShutdown) {
  TypeParam items;
  items.put(1);
  items.shutdown();
  items.shutdown();
  EXPECT_EQ(items.qsize(), 1U);
  items.shutdown({.immediate = true});
  EXPECT_EQ(items.qsize(), 0U);
  items.shutdown();
  EXPECT_TRUE(items.join(0s));
}

TYPED_TEST(QueueShutdown, SendsThoseAwayWhoWaitForAnItem) {
  for (const bool immediate : {false, true}) {
    TypeParam items;
    std::atomic<int> refused = 0;
    std::atomic<int> ended = 0;
    std::vector<thread> getters;
    for (int i = 0; i < 2; ++i) {
      getters
          .emplace_back([&] {
            try {
              items.get(1h);
            } catch (const shut_down&) {
              ++refused;
            }
          })
          .start();
      getters.emplace_back([&] { ended += !items.next(); }).start();
    }
    wait_until([&] { return items.statistics().threads_getting == 4; });
    items.shutdown({.immediate = immediate});
    for (thread& each : getters) each.join();
    EXPECT_EQ(refused, 2);
    EXPECT_EQ(ended, 2);
  }
}

TYPED_TEST(QueueShutdown, SendsThoseAwayWhoWaitForRoom) {
  for (const bool immediate : {false, true}) {
    TypeParam items(1);
    items.put(1);
    std::atomic<int> refused = 0;
    std::vector<thread> putters;
    for (int i = 0; i < 3; ++i) {
      putters
          .emplace_back([&] {
            try {
              items.put(2);
            } catch (const shut_down&) {
              ++refused;
            }
          })
          .start();
    }
    wait_until([&] { return items.statistics().threads_putting == 3; });
    items.shutdown({.immediate = immediate});
    for (thread& each : putters) each.join();
    EXPECT_EQ(refused, 3);
    EXPECT_EQ(items.qsize(), immediate ? 0U : 1U) << "nothing was put since";
  }
}

TYPED_TEST(QueueShutdown, ThatIsImmediateLetsJoinersGoWhenNothingIsLeft) {
  TypeParam items;
  items.put(1);
  items.put(2);
  bool joined = false;
  thread joiner([&] { joined = items.join(); });
  joiner.start();
  wait_until([&] { return items.statistics().threads_joining == 1; });
  items.shutdown({.immediate = true});
  joiner.join();
  EXPECT_TRUE(joined);
}

TYPED_TEST(QueueShutdown, LetsJoinersWaitForWhatIsInWork) {
  TypeParam items;
  items.put(1);
  items.put(2);
  items.get();
  thread joiner([&] { items.join(); });
  joiner.start();
  wait_until([&] { return items.statistics().threads_joining == 1; });
  items.shutdown({.immediate = true});
  EXPECT_FALSE(joiner.join(0s));
  items.task_done();
  joiner.join();
}

TEST(QueueShutdownOfItems, DestroysWhatItDropsWhenTheQueueIsFreeAgain) {
  struct looking {
    explicit looking(queue<std::unique_ptr<looking>>& of) : watched(of) {}
    looking(const looking&) = delete;
    looking& operator=(const looking&) = delete;
    ~looking() { EXPECT_TRUE(watched.empty()); }  // would hang if the queue were locked
    queue<std::unique_ptr<looking>>& watched;
  };
  queue<std::unique_ptr<looking>> items;
  items.put(std::make_unique<looking>(items));
  items.shutdown({.immediate = true});
}

// Whatever the moment of the end, each item was either refused, or taken, or dropped and counted.
TEST(QueueShutdownOfItems, AtAnyMomentLosesNone) {
  for (int round = 0; round < 60; ++round) {
    queue<int> items(2);
    std::atomic<int> accepted = 0;
    std::atomic<int> taken = 0;
    std::vector<thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads
          .emplace_back([&] {
            try {
              for (;;) {
                items.put(1);
                ++accepted;
              }
            } catch (const shut_down&) {
            }
          })
          .start();
      threads
          .emplace_back([&] {
            while (auto job = items.next_ticket()) ++taken;
          })
          .start();
    }
    wait_until([&] { return taken > round; });
    items.shutdown({.immediate = round % 2 == 1});
    EXPECT_TRUE(items.join());
    for (thread& each : threads) each.join();
    if (round % 2 == 0) {
      EXPECT_EQ(taken, accepted);
    } else {
      EXPECT_LE(accepted - taken, 2) << "no more than was in the queue";
    }
  }
}

}  // namespace
}  // namespace overlap::queue
