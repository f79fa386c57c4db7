// tests/queue/queue_test.cpp
//
// What every queue between threads does, whatever its order. Numbers are the lines of requirements §3.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/queue.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::queue {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;
using namespace std::chrono_literals;
using threading::thread;
using threading::wait_until;

template <class Queue>
class EveryQueue : public ::testing::Test {};

using every_queue = ::testing::Types<queue<int>, lifo_queue<int>, priority_queue<int>>;
TYPED_TEST_SUITE(EveryQueue, every_queue);

TYPED_TEST(EveryQueue, KnowsItsSize) {
  TypeParam items(2);
  EXPECT_EQ(items.maxsize(), 2U);
  EXPECT_TRUE(items.empty());
  items.put(1);
  EXPECT_FALSE(items.empty());
  EXPECT_FALSE(items.full());
  items.put(2);
  EXPECT_TRUE(items.full());
  EXPECT_EQ(items.qsize(), 2U);
  items.get();
  EXPECT_FALSE(items.full());
  items.get();
  EXPECT_TRUE(items.empty());
}

TYPED_TEST(EveryQueue, WithoutAMaximumIsNeverFull) {
  TypeParam items;
  EXPECT_EQ(items.maxsize(), 0U);
  for (int i = 0; i < 10'000; ++i) items.put_nowait(i);
  EXPECT_FALSE(items.full());
  EXPECT_EQ(items.qsize(), 10'000U);
}

TYPED_TEST(EveryQueue, AFullOneRefusesAndDoesNotTouchTheItem) {
  TypeParam items(1);
  items.put(1);
  EXPECT_THROW(items.put_nowait(2), full);
  EXPECT_THROW(items.put(2, 0s), full);
  EXPECT_THROW(items.put(2, 1ms), full);
  EXPECT_FALSE(items.try_put(2));
  EXPECT_EQ(items.qsize(), 1U);
  EXPECT_EQ(items.statistics().items_unfinished, 1U) << "what was refused was not put";
}

TYPED_TEST(EveryQueue, AnEmptyOneRefuses) {
  TypeParam items;
  EXPECT_THROW(items.get_nowait(), empty);
  EXPECT_THROW(items.get(0s), empty);
  EXPECT_THROW(items.get(1ms), empty);
  EXPECT_EQ(items.try_get(), std::nullopt);
  EXPECT_EQ(items.next(0s), std::nullopt);
  EXPECT_EQ(items.next(1ms), std::nullopt);
  EXPECT_FALSE(items.next_ticket(0s));
  EXPECT_THROW(static_cast<void>(items.take(0s)), empty);
}

// [46]
TYPED_TEST(EveryQueue, ANegativeTimeOutIsAnError) {
  TypeParam items(1);
  EXPECT_THROW(items.get(-1s), invalid_value_error);
  EXPECT_THROW(items.next(-1ns), invalid_value_error);
  EXPECT_THROW(items.put(1, -1s), invalid_value_error);
  EXPECT_THROW(items.join(-1s), invalid_value_error);
  EXPECT_TRUE(items.empty());
}

TYPED_TEST(EveryQueue, AGetWaitsForAnItem) {
  TypeParam items;
  int got = 0;
  thread getter([&] { got = items.get(); });
  getter.start();
  wait_until([&] { return items.statistics().threads_getting == 1; });
  items.put(5);
  getter.join();
  EXPECT_EQ(got, 5);
  EXPECT_EQ(items.statistics().threads_getting, 0U);
}

TYPED_TEST(EveryQueue, APutWaitsForRoom) {
  TypeParam items(1);
  items.put(1);
  thread putter([&] { items.put(2); });
  putter.start();
  wait_until([&] { return items.statistics().threads_putting == 1; });
  EXPECT_EQ(items.statistics().items_unfinished, 1U) << "what waits has not been put";
  EXPECT_EQ(items.get(), 1);
  putter.join();
  EXPECT_EQ(items.get(1h), 2);
}

TYPED_TEST(EveryQueue, AStopEndsAGetThatWaits) {
  TypeParam items;
  std::stop_source stopper;
  std::string text;
  thread getter([&] {
    try {
      items.get(stopper.get_token());
    } catch (const threading::stopped_error& stop) {
      text = stop.what();
    }
  });
  thread looping([&] {
    while (items.next({1h, stopper.get_token()})) {
    }
  });
  getter.start();
  looping.start();
  wait_until([&] { return items.statistics().threads_getting == 2; });
  stopper.request_stop();
  getter.join();
  looping.join();
  EXPECT_THAT(text, HasSubstr("get an item from a queue"));
}

TYPED_TEST(EveryQueue, AStopEndsAPutThatWaitsAndTheItemWasNotPut) {
  TypeParam items(1);
  items.put(1);
  std::stop_source stopper;
  bool stopped = false;
  thread putter([&] {
    try {
      items.put(2, stopper.get_token());
    } catch (const threading::stopped_error&) {
      stopped = true;
    }
  });
  putter.start();
  wait_until([&] { return items.statistics().threads_putting == 1; });
  stopper.request_stop();
  putter.join();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(items.qsize(), 1U);
  EXPECT_EQ(items.get(), 1);
}

TYPED_TEST(EveryQueue, CompletionWinsOverAStopAndATimeOut) {
  TypeParam items(1);
  std::stop_source stopper;
  stopper.request_stop();
  items.put(1, {0s, stopper.get_token()});
  EXPECT_EQ(items.get({0s, stopper.get_token()}), 1);
}

TYPED_TEST(EveryQueue, JoinWaitsUntilAllIsDone) {
  TypeParam items;
  EXPECT_TRUE(items.join()) << "nothing was ever put";
  items.put(1);
  items.put(2);
  bool joined = false;
  thread joiner([&] { joined = items.join(); });
  joiner.start();
  wait_until([&] { return items.statistics().threads_joining == 1; });
  items.get();
  items.task_done();
  EXPECT_FALSE(items.join(0s));
  EXPECT_FALSE(items.join(1ms));
  items.get();
  EXPECT_FALSE(items.join(0s)) << "taken is not done";
  items.task_done();
  joiner.join();
  EXPECT_TRUE(joined);
  EXPECT_TRUE(items.join(0s));
  EXPECT_EQ(items.statistics().items_unfinished, 0U);
}

TYPED_TEST(EveryQueue, AStopEndsAJoinThatWaits) {
  TypeParam items;
  items.put(1);
  std::stop_source stopper;
  bool joined = true;
  thread joiner([&] { joined = items.join(stopper.get_token()); });
  joiner.start();
  wait_until([&] { return items.statistics().threads_joining == 1; });
  stopper.request_stop();
  joiner.join();
  EXPECT_FALSE(joined);
}

TYPED_TEST(EveryQueue, ToSayDoneMoreOftenThanItemsWerePutIsAnError) {
  TypeParam items;
  EXPECT_THROW(items.task_done(), invalid_value_error);
  items.put(1);
  items.get();
  items.task_done();
  EXPECT_THROW(items.task_done(), invalid_value_error);
}

TYPED_TEST(EveryQueue, ATicketSaysDoneWhateverHappens) {
  TypeParam items;
  items.put(1);
  items.put(2);
  try {
    const auto job = items.take();
    throw std::string("the work failed");
  } catch (const std::string&) {
  }
  EXPECT_EQ(items.statistics().items_unfinished, 1U);
  {
    auto job = items.next_ticket();
    ASSERT_TRUE(job);
    auto moved = std::move(job);
    EXPECT_EQ(items.statistics().items_unfinished, 1U);
    moved.task_done();
    EXPECT_EQ(items.statistics().items_unfinished, 0U);
    moved.task_done();
    EXPECT_THAT(*moved, ::testing::AnyOf(1, 2));
  }
  EXPECT_TRUE(items.join(0s));
}

TYPED_TEST(EveryQueue, RemembersItsGreatestSize) {
  TypeParam items;
  for (int i = 0; i < 5; ++i) items.put(i);
  for (int i = 0; i < 5; ++i) items.get();
  items.put(1);
  EXPECT_EQ(items.statistics().most_items, 5U);
  EXPECT_EQ(items.statistics().items, 1U);
}

// The article's producer and four consumers, of which some fail: join() does not hang.
TYPED_TEST(EveryQueue, ManyProducersAndConsumersLoseNothing) {
  TypeParam items(3);
  constexpr int per_producer = 2000;
  std::atomic<long> sum = 0;
  std::atomic<int> failed = 0;
  std::vector<thread> consumers;
  for (int i = 0; i < 4; ++i) {
    consumers
        .emplace_back([&] {
          for (;;) try {
              while (auto job = items.next_ticket()) {
                sum += *job;
                if (*job % 100 == 0) throw *job;
              }
              return;
            } catch (int) {
              ++failed;
            }
        })
        .start();
  }
  {
    std::vector<thread> producers;
    for (int p = 0; p < 3; ++p) {
      producers
          .emplace_back([&] {
            for (int i = 1; i <= per_producer; ++i) items.put(i);
          })
          .start();
    }
  }
  EXPECT_TRUE(items.join());
  items.shutdown();
  for (thread& each : consumers) each.join();
  EXPECT_EQ(sum, 3L * per_producer * (per_producer + 1) / 2);
  EXPECT_EQ(failed, 3 * per_producer / 100);
}

TEST(Queue, GivesItemsInTheOrderTheyWerePut) {
  queue<int> items;
  for (int i = 0; i < 1000; ++i) items.put(i);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(items.get(), i);
}

TEST(Queue, MayHoldWhatCanOnlyBeMoved) {
  queue<std::unique_ptr<int>> items(1);
  items.put(std::make_unique<int>(1));
  auto second = std::make_unique<int>(2);
  EXPECT_THROW(items.put(std::move(second), 0s), full);
  ASSERT_NE(second, nullptr) << "a refused item was not moved from";
  EXPECT_FALSE(items.try_put(std::move(second)));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*items.get(), 1);
  items.put(std::move(second));
  EXPECT_EQ(second, nullptr);
  auto job = items.take();
  EXPECT_EQ(**job, 2);
}

// The poison pill of the article, for those who want one.
TEST(Queue, AnOptionalMakesAPill) {
  queue<std::optional<int>> items;
  items.put(1);
  items.put(std::nullopt);
  EXPECT_THAT(items.get(), Optional(1));
  EXPECT_EQ(items.get(), std::nullopt);
}

}  // namespace
}  // namespace overlap::queue
