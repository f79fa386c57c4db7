// tests/asyncio/queue_cancel_test.cpp
//
// Cancelled means it did not happen: no item is lost, and none is put by somebody who was stopped. Numbers
// are the lines of requirements §3.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(QueueCancel);

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using ware = std::shared_ptr<int>;  // counts where it is

// 42. CPython's get_cancel_drop_one_pending_reader.
TEST_P(QueueCancel, ACancelledGetterLosesNoItem) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    auto getting = create_task([&]() -> task<> { note(std::to_string(co_await items.get())); });
    co_await wait_all_tasks_blocked();

    getting.cancel();
    EXPECT_EQ(items.statistics().tasks_getting, 0U);
    items.put_nowait(1);

    EXPECT_EQ(items.qsize(), 1U);
    EXPECT_EQ(co_await items.get(), 1);
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(getting.cancelled());
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 42. Handed over and cancelled in the same turn: it is delivered, and the stop comes at the next wait.
TEST_P(QueueCancel, AnItemHandedOverInTheTurnOfTheCancelIsDelivered) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    auto getting = create_task([&]() -> task<> {
      note("got " + std::to_string(co_await items.get()));
      co_await sleep(1h);
      note("went on");
    });
    co_await wait_all_tasks_blocked();

    items.put_nowait(1);
    getting.cancel();
    co_await wait_all_tasks_blocked();

    EXPECT_TRUE(getting.cancelled());
    EXPECT_TRUE(items.empty());
  });

  EXPECT_THAT(log(), ElementsAre("got 1"));
}

// 42. CPython's get_cancel_drop_many_pending_readers.
TEST_P(QueueCancel, OfManyGettersTheCancelledOnesAreSkipped) {
  run_on_loop([&]() -> task<> {
    queue<std::string> items;
    const auto getter = [&](std::string name) -> task<> { note(name + co_await items.get()); };
    auto first = create_task(getter("1"));
    auto second = create_task(getter("2"));
    auto third = create_task(getter("3"));
    co_await wait_all_tasks_blocked();

    second.cancel();
    items.put_nowait("a");
    items.put_nowait("b");
    items.put_nowait("c");
    co_await first;
    co_await third;

    EXPECT_EQ(items.get_nowait(), "c");
  });

  EXPECT_THAT(log(), ElementsAre("1a", "3b"));
}

// 42.
TEST_P(QueueCancel, ATimeLimitOnGetLeavesNoWaiterBehind) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    EXPECT_THROW(static_cast<void>(co_await wait_for(items.get(), 1s)), timeout_error);
    EXPECT_EQ(items.statistics().tasks_getting, 0U);
    items.put_nowait(1);
    EXPECT_EQ(co_await wait_for(items.get(), 1s), 1);
  });
}

// 42. CPython's put_cancel_drop.
TEST_P(QueueCancel, ACancelledPutterHasNotPut) {
  const ware original = std::make_shared<int>();
  run_on_loop([&]() -> task<> {
    queue<ware> items(1);
    items.put_nowait(original);
    auto putting = create_task([&]() -> task<> { co_await items.put(original); });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(original.use_count(), 3);

    putting.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(original.use_count(), 2) << "its item was destroyed with its frame";

    items.get_nowait();
    EXPECT_EQ(original.use_count(), 1);
    EXPECT_TRUE(items.empty());
    EXPECT_EQ(items.statistics().tasks_putting, 0U);
    EXPECT_EQ(items.statistics().items_unfinished, 1U);
  });
}

// 42. Accepted and cancelled in the same turn: it is in.
TEST_P(QueueCancel, AnItemAcceptedInTheTurnOfTheCancelIsIn) {
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    items.put_nowait(1);
    auto putting = create_task([&]() -> task<> {
      co_await items.put(2);
      note("put");
      co_await sleep(1h);
      note("went on");
    });
    co_await wait_all_tasks_blocked();

    EXPECT_EQ(items.get_nowait(), 1);
    putting.cancel();
    co_await wait_all_tasks_blocked();

    EXPECT_TRUE(putting.cancelled());
    EXPECT_EQ(items.get_nowait(), 2);
  });

  EXPECT_THAT(log(), ElementsAre("put"));
}

TEST_P(QueueCancel, CancellingTheFirstPutterLetsTheNextOneIn) {
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    items.put_nowait(1);
    auto second = create_task([&]() -> task<> { co_await items.put(2); });
    auto third = create_task([&]() -> task<> { co_await items.put(3); });
    co_await wait_all_tasks_blocked();

    second.cancel();
    EXPECT_EQ(items.get_nowait(), 1);
    co_await third;

    EXPECT_EQ(items.get_nowait(), 3);
  });
}

TEST_P(QueueCancel, InACancelledScopeNothingIsPutAndNothingTaken) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    items.put_nowait(1);
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await items.get();
      note("got");
    });
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await items.put(2);
      note("put");
    });
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      items.task_done();
      scope.cancel();
      co_await items.join();
      note("joined");
    });
    EXPECT_EQ(items.qsize(), 1U);
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(QueueCancel, ACancelledJoinLeavesNoWaiterBehind) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    items.put_nowait(1);
    EXPECT_THROW(co_await wait_for(items.join(), 1s), timeout_error);
    EXPECT_EQ(items.statistics().tasks_joining, 0U);
  });
}

/// What the programs below work with: every item is counted where it is made and where it ends up.
struct store {
  ware original = std::make_shared<int>();
  queue<ware> items{1};
  int put = 0;
  int got = 0;
};

task<> produce(store& kept, int count) {
  for (int i = 0; i < count; ++i) {
    co_await kept.items.put(kept.original);
    ++kept.put;
    if (i % 2 == 0) co_await sleep(1ms);
  }
}

task<> consume(store& kept, int count) {
  for (int i = 0; i < count; ++i) {
    if (i % 2 == 0) {
      const auto item = co_await kept.items.get();
      ++kept.got;
    } else {
      const auto item = co_await kept.items.take();
      ++kept.got;
      co_await sleep(0s);
    }
  }
}

// Stopped at every moment of virtual time and after every number of turns within it, so at each of its waits.
TEST_P(QueueCancel, AtEachWaitNothingIsLost) {
  int stopped = 0;
  int completed = 0;
  for (int moment = 0; moment < 6; ++moment) {
    for (int turn = 0; turn < 12; ++turn) {
      for (const bool stop_the_producer : {false, true}) {
        run_on_loop([&]() -> task<> {
          store kept;
          auto producing = create_task(produce(kept, 8));
          auto consuming = create_task(consume(kept, 8));
          co_await sleep(duration::from_seconds(0.001) * moment);
          for (int each = 0; each < turn; ++each) co_await sleep(0s);
          (stop_the_producer ? producing : consuming).cancel();
          co_await wait_all_tasks_blocked();
          co_await sleep(1s);

          const auto now = kept.items.statistics();
          EXPECT_EQ(kept.put, kept.got + static_cast<int>(now.items)) << moment << ", " << turn;
          EXPECT_EQ(kept.original.use_count(), static_cast<long>(1 + now.items + now.tasks_putting));
          const bool was_stopped = (stop_the_producer ? producing : consuming).cancelled();
          ++(was_stopped ? stopped : completed);
          producing.cancel();
          consuming.cancel();
          co_await wait_all_tasks_blocked();
          EXPECT_EQ(kept.items.statistics().tasks_putting + kept.items.statistics().tasks_getting, 0U);
        });
      }
    }
  }
  EXPECT_GT(stopped, 0);
  EXPECT_GT(completed, 0);
}

}  // namespace
}  // namespace overlap::asyncio
