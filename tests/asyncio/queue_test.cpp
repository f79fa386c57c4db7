// tests/asyncio/queue_test.cpp
//
// What every queue does, whatever its order. Numbers are the lines of requirements §3.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(Queue);

namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pointee;

TEST_P(Queue, GivesItemsInTheOrderTheyWerePut) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    for (int i = 0; i < 1000; ++i) co_await items.put(i);
    EXPECT_EQ(items.qsize(), 1000U);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(co_await items.get(), i);
    EXPECT_TRUE(items.empty());
  });
}

TEST_P(Queue, WithoutAMaximumIsNeverFull) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    EXPECT_EQ(items.maxsize(), 0U);
    for (int i = 0; i < 10'000; ++i) items.put_nowait(i);
    EXPECT_FALSE(items.full());
    co_return;
  });
}

TEST_P(Queue, KnowsItsSize) {
  run_on_loop([&]() -> task<> {
    queue<int> items(2);
    EXPECT_EQ(items.maxsize(), 2U);
    EXPECT_TRUE(items.empty());
    items.put_nowait(1);
    EXPECT_FALSE(items.empty());
    EXPECT_FALSE(items.full());
    items.put_nowait(2);
    EXPECT_TRUE(items.full());
    EXPECT_EQ(items.qsize(), 2U);
    EXPECT_EQ(items.get_nowait(), 1);
    EXPECT_FALSE(items.full());
    co_return;
  });
}

TEST_P(Queue, APutWithRoomAndAGetWithAnItemDoNotSuspend) {
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    create_task([&]() -> task<> {
      note("somebody else");
      co_return;
    });
    co_await items.put(7);
    note("put");
    EXPECT_EQ(co_await items.get(), 7);
    note("got");
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("put", "got", "somebody else"));
}

TEST_P(Queue, AGetWaitsForAnItem) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    auto getting = create_task([&]() -> task<int> { co_return co_await items.get(); });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(items.statistics().tasks_getting, 1U);

    items.put_nowait(5);

    EXPECT_TRUE(items.empty()) << "it goes straight to the one who waits";
    EXPECT_EQ(items.statistics().tasks_getting, 0U);
    EXPECT_EQ(co_await getting, 5);
  });
}

TEST_P(Queue, APutWaitsForRoom) {
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    co_await items.put(1);
    auto putting = create_task([&]() -> task<> { co_await items.put(2); });
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(putting.done());
    EXPECT_EQ(items.statistics().tasks_putting, 1U);
    EXPECT_EQ(items.statistics().items_unfinished, 1U) << "what waits has not been put";

    EXPECT_EQ(items.get_nowait(), 1);

    EXPECT_TRUE(items.full()) << "the room went to the one who waits";
    EXPECT_EQ(items.statistics().tasks_putting, 0U);
    co_await putting;
    EXPECT_EQ(co_await items.get(), 2);
  });
}

TEST_P(Queue, GettersAreServedInTheOrderTheyCame) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    const auto getter = [&](std::string name) -> task<> {
      note(name + std::to_string(co_await items.get()));
    };
    auto all = create_task([&]() -> task<> { co_await gather(getter("a"), getter("b"), getter("c")); });
    co_await wait_all_tasks_blocked();
    for (int i = 1; i <= 3; ++i) items.put_nowait(i);
    co_await all;
  });

  EXPECT_THAT(log(), ElementsAre("a1", "b2", "c3"));
}

TEST_P(Queue, PuttersAreServedInTheOrderTheyCame) {
  std::vector<int> got;
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    const auto putter = [&](int item) -> task<> {
      co_await items.put(item);
      note("put " + std::to_string(item));
    };
    auto all = create_task([&]() -> task<> { co_await gather(putter(1), putter(2), putter(3)); });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(items.statistics().tasks_putting, 2U);
    for (int i = 0; i < 3; ++i) got.push_back(co_await items.get());
    co_await all;
  });

  EXPECT_THAT(log(), ElementsAre("put 1", "put 2", "put 3"));
  EXPECT_THAT(got, ElementsAre(1, 2, 3));
}

TEST_P(Queue, NobodyOvertakesAGetterThatWaits) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    auto waiting = create_task([&]() -> task<int> { co_return co_await items.get(); });
    co_await wait_all_tasks_blocked();

    items.put_nowait(1);  // is the waiter's, who has not run yet

    EXPECT_THAT(items.try_get(), Eq(std::nullopt));
    EXPECT_THROW(items.get_nowait(), queue_empty);
    EXPECT_EQ(co_await waiting, 1);
  });
}

TEST_P(Queue, NobodyOvertakesAPutterThatWaits) {
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    items.put_nowait(1);
    auto waiting = create_task([&]() -> task<> { co_await items.put(2); });
    co_await wait_all_tasks_blocked();

    EXPECT_EQ(items.get_nowait(), 1);

    EXPECT_THROW(items.put_nowait(3), queue_full);
    co_await waiting;
    EXPECT_EQ(items.get_nowait(), 2);
  });
}

TEST_P(Queue, NowaitFormsThrowAndTryFormsTell) {
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    EXPECT_THROW(items.get_nowait(), queue_empty);
    EXPECT_THAT(items.try_get(), Eq(std::nullopt));

    EXPECT_TRUE(items.try_put(1));
    EXPECT_FALSE(items.try_put(2));
    EXPECT_THROW(items.put_nowait(2), queue_full);
    const int three = 3;
    EXPECT_FALSE(items.try_put(three));
    EXPECT_THROW(items.put_nowait(three), queue_full);

    EXPECT_THAT(items.try_get(), Optional(1));
    items.put_nowait(three);
    EXPECT_EQ(items.get_nowait(), 3);
    co_return;
  });
}

TEST_P(Queue, AnItemThatFoundNoRoomStaysWithItsOwner) {
  run_on_loop([&]() -> task<> {
    queue<std::unique_ptr<int>> items(1);
    auto first = std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    EXPECT_TRUE(items.try_put(std::move(first)));
    EXPECT_EQ(first, nullptr);

    EXPECT_FALSE(items.try_put(std::move(second)));
    EXPECT_THROW(items.put_nowait(std::move(second)), queue_full);
    EXPECT_THAT(second, Pointee(2));
    co_return;
  });
}

/// Neither copied nor made from nothing.
class ware {
 public:
  explicit ware(int number) : number_(std::make_unique<int>(number)) {}
  [[nodiscard]] int number() const { return number_ ? *number_ : -1; }

 private:
  std::unique_ptr<int> number_;
};

TEST_P(Queue, PassesMoveOnlyItemsOnEveryWay) {
  run_on_loop([&]() -> task<> {
    queue<ware> items(1);
    auto getting = create_task([&]() -> task<int> {
      const ware handed_over = co_await items.get();
      co_return handed_over.number();
    });
    co_await wait_all_tasks_blocked();
    co_await items.put(ware(1));
    EXPECT_EQ(co_await getting, 1);

    co_await items.put(ware(2));
    auto putting = create_task([&]() -> task<> { co_await items.put(ware(3)); });
    co_await wait_all_tasks_blocked();
    const auto stored = co_await items.next();
    EXPECT_EQ(stored->number(), 2);
    co_await putting;
    EXPECT_EQ(items.get_nowait().number(), 3);
  });
}

TEST_P(Queue, MakesAnItemOfSeveralValues) {
  run_on_loop([&]() -> task<> {
    queue<std::pair<int, std::string>> items;
    co_await items.put(2, "two");
    co_await items.put({3, "three"});
    const auto [number, name] = co_await items.get();
    EXPECT_EQ(number, 2);
    EXPECT_EQ(name, "two");
    EXPECT_EQ((co_await items.get()).second, "three");
  });
}

// Written as a temporary it would be destroyed twice by g++ 12: docs/traps/gcc12_closures.md.
TEST_P(Queue, MakesAnAggregateOfItsValues) {
  struct visit {
    std::shared_ptr<int> guest;
    int hour;
  };
  const auto guest = std::make_shared<int>();
  run_on_loop([&]() -> task<> {
    queue<visit> visits;
    co_await visits.put(guest, 9);
    EXPECT_EQ(guest.use_count(), 2);
    auto [sender, receiver] = open_channel<visit>(1);
    co_await sender.send(guest, 10);
    EXPECT_EQ(guest.use_count(), 3);
    EXPECT_EQ((co_await visits.get()).hour, 9);
    EXPECT_EQ((co_await receiver.receive()).hour, 10);
  });
  EXPECT_EQ(guest.use_count(), 1);
}

TEST_P(Queue, ARequestMayBeKeptAndMovedBeforeItIsAwaited) {
  run_on_loop([&]() -> task<> {
    queue<std::string> items(1);
    auto request = items.put("kept");
    EXPECT_TRUE(items.empty());
    auto moved = std::move(request);
    co_await std::move(moved);
    EXPECT_EQ(co_await wait_for(items.get(), 1s), "kept");
    co_await wait_for(items.put("in time"), 1s);
    auto [one, nothing] = co_await gather(items.get(), sleep(0s));
    EXPECT_EQ(one, "in time");
  });
}

// 43. CPython's why_are_getters_waiting, and its twin.
TEST_P(Queue, AChainOfPuttersAndGettersOfOnePlaceNeverStops) {
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    int sum = 0;
    const auto consumer = [&](int count) -> task<> {
      for (int i = 0; i < count; ++i) sum += co_await items.get();
    };
    const auto producer = [&](int count) -> task<> {
      for (int i = 1; i <= count; ++i) co_await items.put(i);
    };
    co_await gather(producer(100), producer(100), consumer(50), consumer(50), consumer(100));
    EXPECT_EQ(sum, 2 * 5050);
    EXPECT_TRUE(items.empty());
  });
}

TEST_P(Queue, NothingIsLostAndNothingDoubledAmongMany) {
  run_on_loop([&]() -> task<> {
    constexpr int producers = 10;
    constexpr int each = 200;
    queue<int> items(3);
    std::vector<int> seen(producers * each);
    co_await with(task_group(), [&](task_group& consumers) -> task<> {
      for (int i = 0; i < 7; ++i) {
        consumers.create_task([&]() -> task<> {
          while (auto item = co_await items.next()) {
            ++seen[static_cast<std::size_t>(*item)];
            if (*item % 3 == 0) co_await sleep(0s);
          }
        });
      }
      co_await with(task_group(), [&](task_group& group) -> task<> {
        for (int i = 0; i < producers; ++i) {
          group.create_task([&, i]() -> task<> {
            for (int j = 0; j < each; ++j) co_await items.put(i * each + j);
          });
        }
        co_return;
      });
      items.shutdown();
    });
    EXPECT_THAT(seen, ::testing::Each(1));
    EXPECT_EQ(items.statistics().most_items, 3U);
  });
}

TEST_P(Queue, MayBeMadeOutsideOfALoopAndUsedByOneAfterTheOther) {
  queue<int> items;
  items.put_nowait(1);
  run_on_loop([&]() -> task<> {
    EXPECT_EQ(co_await items.get(), 1);
    co_await items.put(2);
  });
  run_on_loop([&]() -> task<> { EXPECT_EQ(co_await items.get(), 2); });
}

TEST_P(Queue, AWaitThatNothingCanEndIsReportedAsADeadlock) {
  queue<int> items;
  EXPECT_THROW(run_on_loop([&]() -> task<> { co_await items.get(); }), deadlock_error);
  EXPECT_EQ(items.statistics().tasks_getting, 0U);
  EXPECT_THAT(log(), IsEmpty());
}

}  // namespace
}  // namespace overlap::asyncio
