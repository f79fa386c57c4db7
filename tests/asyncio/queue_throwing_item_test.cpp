// tests/asyncio/queue_throwing_item_test.cpp
//
// Items whose move may throw: whoever moved one gets the error, the item stays where it was, and everybody
// else goes on as if nothing had happened. And what breaks the rules is told so.

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <overlap/asyncio/detail/item_buffer.hpp>
#include <overlap/asyncio/detail/priority_store.hpp>
#include <overlap/base/assert.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(ThrowingItem);
OVERLAP_LOOP_SUITE(QueueMisuse);

namespace {

using ::testing::HasSubstr;

/// Its moves throw while `fuse` is at zero; then it is as it was before. A fuse of n lets n moves pass first.
class grenade {
 public:
  static inline int fuse = -1;
  static inline int alive = 0;

  explicit grenade(int number) : number_(number) { ++alive; }
  grenade(grenade&& other) : number_(other.number_) {  // NOLINT: that it may throw is its purpose
    if (fuse == 0) {
      fuse = -1;
      throw std::runtime_error("moved " + std::to_string(number_));
    }
    if (fuse > 0) --fuse;
    other.number_ = 0;
    ++alive;
  }
  ~grenade() { --alive; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

template <class Queue>
task<int> number_from(Queue& items) {
  const grenade taken = co_await items.get();
  co_return taken.number();
}

TEST_P(ThrowingItem, ThatCannotBePutIsNotPut) {
  run_on_loop([&]() -> task<> {
    queue<grenade> items;
    grenade mine(1);
    grenade::fuse = 0;
    EXPECT_THROW(items.put_nowait(std::move(mine)), std::runtime_error);
    EXPECT_TRUE(items.empty());
    EXPECT_EQ(items.statistics().items_unfinished, 0U);
    items.put_nowait(std::move(mine));
    EXPECT_EQ(co_await number_from(items), 1);
  });
  EXPECT_EQ(grenade::alive, 0);
}

TEST_P(ThrowingItem, ThatCannotBeTakenStays) {
  run_on_loop([&]() -> task<> {
    queue<grenade> items;
    items.put_nowait(grenade(1));
    items.put_nowait(grenade(2));
    grenade::fuse = 0;
    EXPECT_THROW(items.get_nowait(), std::runtime_error);
    EXPECT_EQ(items.qsize(), 2U);
    grenade::fuse = 0;
    EXPECT_THROW(static_cast<void>(co_await items.next()), std::runtime_error);
    grenade::fuse = 0;
    EXPECT_THROW(static_cast<void>(co_await items.take()), std::runtime_error);
    EXPECT_EQ(items.statistics().items_unfinished, 2U);
    EXPECT_EQ(co_await number_from(items), 1);
    EXPECT_EQ(co_await number_from(items), 2);
  });
  EXPECT_EQ(grenade::alive, 0);
}

TEST_P(ThrowingItem, ThatCannotBeHandedOverLeavesTheGetterWaiting) {
  run_on_loop([&]() -> task<> {
    queue<grenade> items;
    auto getting = create_task([&]() -> task<int> { co_return co_await number_from(items); });
    co_await wait_all_tasks_blocked();
    grenade mine(1);
    grenade::fuse = 0;
    EXPECT_THROW(items.put_nowait(std::move(mine)), std::runtime_error);
    EXPECT_EQ(items.statistics().tasks_getting, 1U);
    items.put_nowait(std::move(mine));
    EXPECT_EQ(co_await getting, 1);
  });
  EXPECT_EQ(grenade::alive, 0);
}

TEST_P(ThrowingItem, ThatAGetterCannotMoveOnGoesBackToTheFront) {
  run_on_loop([&]() -> task<> {
    queue<grenade> items;
    auto getting = create_task([&]() -> task<int> { co_return co_await number_from(items); });
    co_await wait_all_tasks_blocked();
    items.put_nowait(grenade(1));
    items.put_nowait(grenade(2));
    grenade::fuse = 0;
    EXPECT_THROW(static_cast<void>(co_await getting), std::runtime_error);
    EXPECT_EQ(co_await number_from(items), 1);
    EXPECT_EQ(co_await number_from(items), 2);
    EXPECT_EQ(items.statistics().items_unfinished, 2U);
  });
  EXPECT_EQ(grenade::alive, 0);
}

TEST_P(ThrowingItem, OfAPutterThatWaitsIsThatPuttersError) {
  run_on_loop([&]() -> task<> {
    queue<grenade> items(1);
    items.put_nowait(grenade(1));
    auto second = create_task([&]() -> task<> { co_await items.put(grenade(2)); });
    auto third = create_task([&]() -> task<> { co_await items.put(grenade(3)); });
    co_await wait_all_tasks_blocked();
    grenade::fuse = 1;  // the getter's own move passes, that of the item that moves up does not
    EXPECT_EQ(items.get_nowait().number(), 1);
    EXPECT_THROW(co_await second, std::runtime_error);
    co_await third;
    EXPECT_EQ(co_await number_from(items), 3);
  });
  EXPECT_EQ(grenade::alive, 0);
}

TEST_P(ThrowingItem, InAChannelWhoseEndsAreAllClosedIsDestroyed) {
  run_on_loop([&]() -> task<> {
    std::optional<channel<grenade>> ends = open_channel<grenade>();
    auto receiving = create_task([&]() -> task<> { co_await ends->receiver.receive(); });
    co_await wait_all_tasks_blocked();
    ends->sender.send_nowait(grenade(1));
    ends.reset();
    grenade::fuse = 0;
    EXPECT_THROW(co_await receiving, std::runtime_error);
  });
  EXPECT_EQ(grenade::alive, 0);
}

TEST_P(ThrowingItem, DoesNotDisturbTheOrderOfPriorities) {
  run_on_loop([&]() -> task<> {
    priority_queue<grenade, &grenade::number> items;
    for (const int number : {4, 2, 5, 1, 3}) {
      grenade mine(number);
      grenade::fuse = 0;
      EXPECT_THROW(items.put_nowait(std::move(mine)), std::runtime_error);
      items.put_nowait(std::move(mine));
      grenade::fuse = 0;
      EXPECT_THROW(items.get_nowait(), std::runtime_error);
    }
    for (int number = 1; number <= 5; ++number) EXPECT_EQ(co_await number_from(items), number);
  });
  EXPECT_EQ(grenade::alive, 0);
}

// Both ends of a row, over the borders of its segments.
TEST_P(ThrowingItem, ARowGrowsAtBothEndsWithoutMovingWhatIsInIt) {
  detail::item_buffer<int> row;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 500; ++i) {
      row.push_back(500 + i);
      row.push_front(499 - i);
    }
    const int* first = &row.front();
    row.push_back(1000);
    EXPECT_EQ(first, &row.front());
    for (int i = 0; i <= 400; ++i) {
      EXPECT_EQ(row.front(), i);
      row.pop_front();
      EXPECT_EQ(row.back(), 1000 - i);
      row.pop_back();
    }
    EXPECT_EQ(row.size(), 199U);
    while (!row.empty()) row.pop_back();
  }
}

// A loop inside of a loop stands for another thread's: what counts is that the waiter is another loop's.
TEST_P(QueueMisuse, WakingATaskOfAnotherLoopIsRefusedAndChangesNothing) {
  queue<int> items;
  run_on_loop([&]() -> task<> {
    auto getting = create_task([&]() -> task<int> { co_return co_await items.get(); });
    co_await wait_all_tasks_blocked();

    auto* here = std::exchange(detail::running_loop, nullptr);
    const std::string advice = advice_of([&] { items.put_nowait(1); });
    detail::running_loop = here;

    EXPECT_THAT(advice, HasSubstr("call_soon_threadsafe"));
    EXPECT_EQ(items.statistics().tasks_getting, 1U);
    items.put_nowait(2);
    EXPECT_EQ(co_await getting, 2);
  });
}

TEST_P(QueueMisuse, AnItemWithATicketReportedByHandTooIsRefused) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    items.put_nowait(1);
    items.put_nowait(2);
    items.task_done();
    items.task_done();
    const std::string advice = advice_of([&] {
      detail::queue_core none(1);
      none.finish(1);
    });
    EXPECT_THAT(advice, HasSubstr("that has a ticket"));
    co_return;
  });
}

}  // namespace

// Death tests run on one backend: what they look at is before any.
TEST(QueueMisuseDeath, AQueueIsNotDestroyedWhileTasksWaitForIt) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   auto items = std::make_unique<queue<int>>();
                                   auto getting = create_task(
                                       [waiting = items.get()]() -> task<> { co_await waiting->get(); });
                                   co_await wait_all_tasks_blocked();
                                   items.reset();
                                 }),
               "destroyed while tasks wait for it");
}

}  // namespace overlap::asyncio
