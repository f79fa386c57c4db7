// tests/asyncio/queue_shutdown_test.cpp
//
// The end of a queue, and waiting until its items are done. Numbers are the lines of requirements §3.

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(QueueShutdown);
OVERLAP_LOOP_SUITE(QueueJoin);

namespace {

using ::testing::ElementsAre;
using ::testing::Eq;

// 44.
TEST_P(QueueShutdown, NothingCanBePutAndWhatIsInCanBeTaken) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    items.put_nowait(1);
    items.put_nowait(2);

    items.shutdown();

    EXPECT_TRUE(items.is_shut_down());
    EXPECT_THROW(co_await items.put(3), queue_shut_down);
    EXPECT_THROW(items.put_nowait(3), queue_shut_down);
    EXPECT_FALSE(items.try_put(3));
    EXPECT_EQ(co_await items.get(), 1);
    EXPECT_EQ(items.get_nowait(), 2);
    EXPECT_THROW(co_await items.get(), queue_shut_down);
    EXPECT_THROW(items.get_nowait(), queue_shut_down);
    EXPECT_THAT(items.try_get(), Eq(std::nullopt));
    EXPECT_THAT(co_await items.next(), Eq(std::nullopt));
    EXPECT_FALSE(co_await items.next_ticket());
    EXPECT_THROW(static_cast<void>(co_await items.take()), queue_shut_down);
  });
}

// 44.
TEST_P(QueueShutdown, WakesTheGettersThatWait) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    auto getting = create_task([&]() -> task<> { co_await items.get(); });
    auto looping = create_task([&]() -> task<> {
      while (auto item = co_await items.next()) note(std::to_string(*item));
      note("loop ended");
    });
    co_await wait_all_tasks_blocked();

    items.shutdown();

    EXPECT_EQ(items.statistics().tasks_getting, 0U);
    EXPECT_THROW(co_await getting, queue_shut_down);
    co_await looping;
  });

  EXPECT_THAT(log(), ElementsAre("loop ended"));
}

// 44.
TEST_P(QueueShutdown, WakesThePuttersThatWaitAndTheirItemsAreNotIn) {
  const auto original = std::make_shared<int>();
  run_on_loop([&]() -> task<> {
    queue<std::shared_ptr<int>> items(1);
    items.put_nowait(original);
    auto putting = create_task([&]() -> task<> { co_await items.put(original); });
    co_await wait_all_tasks_blocked();

    items.shutdown();

    EXPECT_THROW(co_await putting, queue_shut_down);
    EXPECT_EQ(original.use_count(), 2);
    EXPECT_EQ(items.qsize(), 1U);
  });
}

// 44.
TEST_P(QueueShutdown, JoinStillWaitsForWhatIsLeft) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    items.put_nowait(1);
    items.put_nowait(2);
    auto joining = create_task([&]() -> task<> { co_await items.join(); });
    items.shutdown();
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(joining.done());

    while (auto job = co_await items.next_ticket()) note(std::to_string(*job));

    co_await joining;
  });

  EXPECT_THAT(log(), ElementsAre("1", "2"));
}

// 44.
TEST_P(QueueShutdown, AtOnceEmptiesTheQueueAndCountsWhatWasInItAsDone) {
  live_counter lives;
  run_on_loop([&]() -> task<> {
    queue<live_counter::guard> items;
    for (int i = 0; i < 3; ++i) items.put_nowait(lives.make());
    auto joining = create_task([&]() -> task<> { co_await items.join(); });
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(joining.done());

    items.shutdown({.immediate = true});

    EXPECT_EQ(lives.alive(), 0);
    EXPECT_TRUE(items.empty());
    co_await joining;
    EXPECT_THROW(co_await items.get(), queue_shut_down);
    EXPECT_THROW(items.task_done(), invalid_value_error);
  });
}

// 44.
TEST_P(QueueShutdown, AtOnceStillWaitsForWhatIsBeingWorkedOn) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    items.put_nowait(1);
    items.put_nowait(2);
    EXPECT_EQ(co_await items.get(), 1);
    auto joining = create_task([&]() -> task<> { co_await items.join(); });
    co_await wait_all_tasks_blocked();

    items.shutdown({.immediate = true});
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(joining.done());

    items.task_done();
    co_await joining;
  });
}

TEST_P(QueueShutdown, MayBeCalledAgainAndThenAtOnce) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    items.put_nowait(1);
    items.shutdown();
    items.shutdown();
    EXPECT_EQ(items.qsize(), 1U);
    items.shutdown({.immediate = true});
    EXPECT_TRUE(items.empty());
    co_await items.join();
  });
}

TEST_P(QueueShutdown, AnItemHandedOverBeforeItIsDelivered) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    auto getting = create_task([&]() -> task<int> { co_return co_await items.get(); });
    co_await wait_all_tasks_blocked();
    items.put_nowait(1);
    items.shutdown({.immediate = true});
    EXPECT_EQ(co_await getting, 1);
    EXPECT_EQ(items.statistics().items_unfinished, 1U);
  });
}

TEST_P(QueueShutdown, AQueueMayBeDestroyedRightAfterIt) {
  run_on_loop([&]() -> task<> {
    auto items = std::make_unique<queue<int>>(1);
    items->put_nowait(1);
    auto putting = create_task([waiting = items.get()]() -> task<> { co_await waiting->put(2); });
    auto others = std::make_unique<queue<int>>();
    auto getting = create_task([waiting = others.get()]() -> task<> { co_await waiting->get(); });
    auto handed = std::make_unique<queue<int>>();
    auto given = create_task([waiting = handed.get()]() -> task<int> { co_return co_await waiting->get(); });
    co_await wait_all_tasks_blocked();

    items->shutdown();
    items.reset();
    others->shutdown();
    others.reset();
    handed->put_nowait(3);
    handed.reset();

    EXPECT_THROW(co_await putting, queue_shut_down);
    EXPECT_THROW(co_await getting, queue_shut_down);
    EXPECT_EQ(co_await given, 3);
  });
}

// 45.
TEST_P(QueueJoin, ReturnsAtOnceWithoutItems) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    co_await items.join();
    co_await items.join();
  });
}

// 45.
TEST_P(QueueJoin, TaskDoneMoreOftenThanPutIsAnError) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    EXPECT_THROW(items.task_done(), invalid_value_error);
    items.put_nowait(1);
    items.task_done();
    EXPECT_THROW(items.task_done(), invalid_value_error);
    co_return;
  });
}

TEST_P(QueueJoin, WaitsUntilEverythingIsDone) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    int sum = 0;
    for (int i = 1; i <= 100; ++i) items.put_nowait(i);
    const auto worker = [&]() -> task<> {
      for (;;) {
        sum += co_await items.get();
        co_await sleep(1ms);
        items.task_done();
      }
    };
    auto first = create_task(worker());
    auto second = create_task(worker());

    co_await gather(items.join(), items.join());

    EXPECT_EQ(sum, 5050);
    EXPECT_EQ(items.statistics().items_unfinished, 0U);
    first.cancel();
    second.cancel();
  });
}

TEST_P(QueueJoin, CountsItemsThatWereHandedOver) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    auto getting = create_task([&]() -> task<> { co_await items.get(); });
    co_await wait_all_tasks_blocked();
    items.put_nowait(1);
    EXPECT_EQ(items.statistics().items_unfinished, 1U);
    co_await getting;
    items.task_done();
    co_await items.join();
  });
}

TEST_P(QueueJoin, ATicketReportsItsItemDoneWhenItEnds) {
  run_on_loop([&]() -> task<> {
    queue<std::string> items;
    items.put_nowait("work");
    {
      auto job = co_await items.take();
      EXPECT_TRUE(job);
      EXPECT_EQ(*job, "work");
      EXPECT_EQ(job->size(), 4U);
      const auto moved = std::move(job);
      EXPECT_EQ(items.statistics().items_unfinished, 1U);
    }
    EXPECT_EQ(items.statistics().items_unfinished, 0U);
  });
}

TEST_P(QueueJoin, ATicketMayReportEarlyAndCountsOnce) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    items.put_nowait(1);
    items.put_nowait(2);
    {
      auto job = co_await items.take();
      job.task_done();
      job.task_done();
      EXPECT_EQ(*job, 1);
      EXPECT_EQ(items.statistics().items_unfinished, 1U);
    }
    EXPECT_EQ(items.statistics().items_unfinished, 1U);
  });
}

// The hanging join() of the seeds: a worker that throws or is stopped forgets task_done.
TEST_P(QueueJoin, ATicketEndsWhenItsWorkerFailsOrIsStopped) {
  run_on_loop([&]() -> task<> {
    queue<int> items;
    auto waiting = create_task([&]() -> task<> {
      const auto job = co_await items.take();
      co_await sleep(1h);
    });
    auto failing = create_task([&]() -> task<> {
      const auto job = co_await items.take();
      throw std::runtime_error("download failed");
    });
    co_await items.put(1);
    co_await items.put(2);
    auto joining = create_task([&]() -> task<> { co_await items.join(); });
    EXPECT_THROW(co_await failing, std::runtime_error);
    EXPECT_FALSE(joining.done());

    waiting.cancel();

    co_await joining;
    EXPECT_EQ(testing::now().since_start(), duration());
  });
}

}  // namespace
}  // namespace overlap::asyncio
