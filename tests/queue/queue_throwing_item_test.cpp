// tests/queue/queue_throwing_item_test.cpp
//
// Items whose moves throw: the item stays where it was, and whoever sleeps beside it is woken.

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include <overlap/queue.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::queue {
namespace {

using namespace std::chrono_literals;
using threading::thread;
using threading::wait_until;

// The moves of these items throw when this is counted down to nothing. Changed only while no other thread
// moves items.
int moves_until_throw = -1;

struct fragile {
  explicit fragile(int number) : value(number) {}
  fragile(fragile&& other) : value(other.value) {
    if (moves_until_throw >= 0 && moves_until_throw-- == 0) throw std::runtime_error("a move failed");
  }
  bool operator<(const fragile& other) const noexcept { return value < other.value; }
  int value;
};

template <class Queue>
class QueueOfFragileItems : public ::testing::Test {
 protected:
  void TearDown() override { moves_until_throw = -1; }
};

using every_queue = ::testing::Types<queue<fragile>, lifo_queue<fragile>, priority_queue<fragile>>;
TYPED_TEST_SUITE(QueueOfFragileItems, every_queue);

TYPED_TEST(QueueOfFragileItems, AnItemThatCannotBeMovedInWasNotPut) {
  TypeParam items;
  moves_until_throw = 0;
  EXPECT_THROW(items.put(fragile(1)), std::runtime_error);
  EXPECT_EQ(items.statistics().items, 0U);
  EXPECT_EQ(items.statistics().items_unfinished, 0U);
  items.put(fragile(2));
  EXPECT_EQ(items.get().value, 2);
}

TYPED_TEST(QueueOfFragileItems, AnItemThatCannotBeMovedOutIsStillThere) {
  TypeParam items;
  items.put(fragile(1));
  moves_until_throw = 0;
  EXPECT_THROW(items.get(), std::runtime_error);
  moves_until_throw = 0;
  EXPECT_THROW(static_cast<void>(items.take()), std::runtime_error);
  moves_until_throw = 0;
  EXPECT_THROW(items.next(), std::runtime_error);
  EXPECT_EQ(items.qsize(), 1U);
  EXPECT_EQ(items.get().value, 1);
}

TYPED_TEST(QueueOfFragileItems, AGetterThatFailsWakesTheNextOne) {
  TypeParam items;
  int got = 0;
  int failed = 0;
  const auto get = [&] {
    try {
      got = items.get().value;
    } catch (const std::runtime_error&) {
      ++failed;
    }
  };
  thread first(get);
  thread second(get);
  first.start();
  second.start();
  wait_until([&] { return items.statistics().threads_getting == 2; });
  moves_until_throw = 1;  // into the queue it goes, out of it not
  items.put(fragile(7));
  first.join();
  second.join();
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(got, 7);
}

TYPED_TEST(QueueOfFragileItems, APutterThatFailsWakesTheNextOne) {
  TypeParam items(1);
  items.put(fragile(1));
  int failed = 0;
  const auto put = [&] {
    try {
      items.put(fragile(2));
    } catch (const std::runtime_error&) {
      ++failed;
    }
  };
  thread first(put);
  thread second(put);
  first.start();
  second.start();
  wait_until([&] { return items.statistics().threads_putting == 2; });
  moves_until_throw = 1;  // out of the queue it goes, into it not
  EXPECT_EQ(items.get().value, 1);
  first.join();
  second.join();
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(items.get().value, 2);
}

}  // namespace
}  // namespace overlap::queue
