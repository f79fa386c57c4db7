// tests/asyncio/thread_queue_test.cpp
//
// One queue for threads and tasks. The main task always waits for the threads, so that nothing depends on who
// is faster.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <overlap/asyncio/thread_queue.hpp>
#include <overlap/base/error.hpp>
#include <overlap/queue.hpp>
#include <overlap/threading.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(ThreadQueue);

namespace {

using threading::thread;

/// Lets the loop run until `condition()`, which a thread or another task makes true.
template <class Condition>
task<> until(Condition condition) {
  while (!condition()) co_await sleep(0s);
}

TEST_P(ThreadQueue, PassesItemsFromThreadsToTasks) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> items(3);
    thread producer([&] {
      for (int i = 0; i < 500; ++i) items.sync_q().put(i);
      items.shutdown();
    });
    producer.start();
    int expected = 0;
    while (const auto item = co_await items.async_q().next()) EXPECT_EQ(*item, expected++);
    EXPECT_EQ(expected, 500);
  });
}

TEST_P(ThreadQueue, PassesItemsFromTasksToThreads) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> items(3);
    std::vector<int> got;
    thread consumer([&] {
      while (const auto item = items.sync_q().next()) got.push_back(*item);
    });
    consumer.start();
    for (int i = 0; i < 500; ++i) co_await items.async_q().put(i);
    items.shutdown();
    co_await until([&] { return !consumer.is_alive(); });
    consumer.join();
    EXPECT_EQ(got.size(), 500U);
    EXPECT_TRUE(std::ranges::is_sorted(got));
  });
}

TEST_P(ThreadQueue, BothSidesAreTheSameQueue) {
  run_on_loop([&]() -> task<> {
    thread_queue<std::string> items(2);
    EXPECT_EQ(items.async_q().maxsize(), 2U);
    items.sync_q().put_nowait("a");
    co_await items.async_q().put("b");
    EXPECT_TRUE(items.async_q().full());
    EXPECT_FALSE(items.async_q().try_put("c"));
    EXPECT_THROW(items.async_q().put_nowait("c"), overlap::queue::full);
    EXPECT_EQ(co_await items.async_q().get(), "a");
    EXPECT_EQ(items.sync_q().get_nowait(), "b");
    EXPECT_TRUE(items.async_q().empty());
    EXPECT_THROW(items.async_q().get_nowait(), overlap::queue::empty);
    EXPECT_EQ(items.async_q().try_get(), std::nullopt);
    co_await items.async_q().put(3, 'x');
    EXPECT_EQ(items.sync_q().get(), "xxx");
  });
}

TEST_P(ThreadQueue, TheBlockingSideRefusesToBlockALoop) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> items(1);
    EXPECT_THROW(items.sync_q().get(), invalid_state_error);
    EXPECT_THROW(items.sync_q().next(1s), invalid_state_error);
    EXPECT_THROW(items.sync_q().get(0s), overlap::queue::empty) << "which only looks";
    items.sync_q().put(1);
    EXPECT_THROW(items.sync_q().put(2), invalid_state_error);
    EXPECT_THROW(items.sync_q().join(), invalid_state_error);
    EXPECT_FALSE(items.sync_q().join(0s));
    EXPECT_EQ(items.sync_q().get(), 1);
    co_return;
  });
}

TEST_P(ThreadQueue, ATaskWaitsForAnItemWithoutBlockingItsLoop) {
  run_on_loop([&]() -> task<> {
    thread_queue<std::unique_ptr<int>> items;
    auto getting = create_task([&]() -> task<int> { co_return *co_await items.async_q().get(); });
    co_await until([&] { return items.statistics().tasks_getting == 1; });
    note("the loop runs");
    thread producer([&] { items.sync_q().put(std::make_unique<int>(5)); });
    producer.start();
    EXPECT_EQ(co_await getting, 5);
    EXPECT_EQ(items.statistics().tasks_getting, 0U);
  });
}

TEST_P(ThreadQueue, ATaskWaitsForRoom) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> items(1);
    co_await items.async_q().put(1);
    auto putting = create_task([&]() -> task<> { co_await items.async_q().put(2); });
    co_await until([&] { return items.statistics().tasks_putting == 1; });
    thread consumer([&] { EXPECT_EQ(items.sync_q().get(), 1); });
    consumer.start();
    co_await putting;
    EXPECT_EQ(co_await items.async_q().get(), 2);
  });
}

TEST_P(ThreadQueue, ACancelledGetTakesNothing) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> items;
    auto getting = create_task([&]() -> task<int> { co_return co_await items.async_q().get(); });
    co_await until([&] { return items.statistics().tasks_getting == 1; });
    getting.cancel();
    co_await until([&] { return getting.done(); });
    EXPECT_EQ(items.statistics().tasks_getting, 0U);
    items.sync_q().put(1);
    EXPECT_EQ(co_await items.async_q().get(), 1);
  });
}

TEST_P(ThreadQueue, ACancelledPutPutsNothing) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> items(1);
    items.sync_q().put(1);
    auto putting = create_task([&]() -> task<> { co_await items.async_q().put(2); });
    co_await until([&] { return items.statistics().tasks_putting == 1; });
    putting.cancel();
    co_await until([&] { return putting.done(); });
    EXPECT_EQ(items.sync_q().get(), 1);
    EXPECT_TRUE(items.sync_q().empty());
    EXPECT_EQ(items.statistics().items_unfinished, 1U);
  });
}

// The wake-up of a getter that is cancelled before it can look is the next one's.
TEST_P(ThreadQueue, AGetThatIsCancelledWhenItIsWokenLosesNoItem) {
  run_on_loop([&]() -> task<> {
    for (int round = 0; round < 50; ++round) {
      thread_queue<int> items;
      int got = 0;
      const auto getter = [&]() -> task<> { got += co_await items.async_q().get(); };
      auto first = create_task(getter);
      auto second = create_task(getter);
      co_await until([&] { return items.statistics().tasks_getting == 2; });
      if (round % 2 == 0) {
        items.sync_q().put(1);
        first.cancel();
      } else {
        first.cancel();
        items.sync_q().put(1);
      }
      co_await until([&] { return got == 1; });
      if (round % 3 == 0) co_await sleep(0s);
      items.sync_q().put(1);
      second.cancel();
      co_await until([&] { return first.done() && second.done(); });
      EXPECT_EQ(static_cast<std::size_t>(got) + items.sync_q().qsize(), 2U);
    }
  });
}

TEST_P(ThreadQueue, TheEndSendsThreadsAndTasksAway) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> items;
    bool thread_refused = false;
    thread getter([&] {
      try {
        items.sync_q().get();
      } catch (const overlap::queue::shut_down&) {
        thread_refused = true;
      }
    });
    getter.start();
    auto getting = create_task([&]() -> task<> { co_await items.async_q().get(); });
    auto ending = create_task([&]() -> task<> { EXPECT_FALSE(co_await items.async_q().next()); });
    auto taking = create_task([&]() -> task<> { EXPECT_FALSE(co_await items.async_q().next_ticket()); });
    co_await until(
        [&] { return items.statistics().tasks_getting == 3 && items.statistics().threads_getting == 1; });
    items.async_q().shutdown();
    EXPECT_TRUE(items.async_q().is_shut_down());
    bool refused = false;
    try {
      co_await getting;
    } catch (const overlap::queue::shut_down&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    co_await ending;
    co_await taking;
    getter.join();
    EXPECT_TRUE(thread_refused);
  });
}

TEST_P(ThreadQueue, TheEndRefusesAPutThatWaits) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> items(1);
    items.sync_q().put(1);
    auto putting = create_task([&]() -> task<> { co_await items.async_q().put(2); });
    co_await until([&] { return items.statistics().tasks_putting == 1; });
    items.shutdown({.immediate = true});
    bool refused = false;
    try {
      co_await putting;
    } catch (const overlap::queue::shut_down&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    EXPECT_TRUE(items.sync_q().empty());
  });
}

TEST_P(ThreadQueue, EitherSideJoinsWhatTheOtherHasToDo) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> jobs;
    co_await jobs.async_q().join();
    for (int i = 0; i < 20; ++i) jobs.sync_q().put(i);
    thread worker([&] {
      for (int i = 0; i < 10; ++i) auto job = jobs.sync_q().take();
    });
    worker.start();
    auto joining = create_task([&]() -> task<> { co_await jobs.async_q().join(); });
    co_await until([&] { return jobs.statistics().tasks_joining == 1; });
    for (int i = 0; i < 10; ++i) auto job = co_await jobs.async_q().take();
    co_await joining;
    EXPECT_EQ(jobs.statistics().items_unfinished, 0U);
    EXPECT_TRUE(jobs.sync_q().join());
    EXPECT_THROW(jobs.async_q().task_done(), invalid_value_error);
  });
}

TEST_P(ThreadQueue, ACancelledJoinLeavesTheLine) {
  run_on_loop([&]() -> task<> {
    thread_queue<int> jobs;
    jobs.sync_q().put(1);
    auto joining = create_task([&]() -> task<> { co_await jobs.async_q().join(); });
    co_await until([&] { return jobs.statistics().tasks_joining == 1; });
    joining.cancel();
    co_await until([&] { return joining.done(); });
    EXPECT_EQ(jobs.statistics().tasks_joining, 0U);
  });
}

/// Takes from the queue until its end, and adds up.
task<> add_up(thread_queue<int>& items, std::atomic<long>& sum) {
  while (const auto item = co_await items.async_q().next()) sum += *item;
}

TEST_P(ThreadQueue, ThreadsAndTasksTogetherLoseNothing) {
  constexpr int each = 300;
  std::atomic<long> sum = 0;
  run_on_loop([&]() -> task<> {
    thread_queue<int> items(2);
    std::vector<thread> consumers;
    std::vector<thread> producers;
    for (int i = 0; i < 2; ++i) {
      consumers
          .emplace_back([&] {
            while (const auto item = items.sync_q().next()) sum += *item;
          })
          .start();
      producers
          .emplace_back([&] {
            for (int n = 1; n <= each; ++n) items.sync_q().put(n);
          })
          .start();
    }
    // Tasks that are cancelled all the time, and must lose nothing by it.
    bool is_over = false;
    auto restless = create_task([&]() -> task<> {
      while (!is_over) {
        auto getting = create_task([&]() -> task<> { co_await add_up(items, sum); });
        for (int turn = 0; turn < 3 && !is_over; ++turn) co_await sleep(0s);
        getting.cancel();
        co_await until([&] { return getting.done(); });
      }
    });
    auto steady = create_task([&]() -> task<> { co_await add_up(items, sum); });
    for (int n = 1; n <= each; ++n) co_await items.async_q().put(n);
    co_await until([&] { return !producers[0].is_alive() && !producers[1].is_alive(); });
    is_over = true;
    co_await restless;
    items.shutdown();
    co_await steady;
    co_await until([&] { return !consumers[0].is_alive() && !consumers[1].is_alive(); });
  });
  EXPECT_EQ(sum, 3L * each * (each + 1) / 2);
}

TEST(ThreadQueueOfLoops, ServesTheTasksOfSeveral) {
  constexpr int items_in_all = 2000;
  thread_queue<int> items(4);
  std::atomic<long> sum = 0;
  std::vector<thread> loops;
  for (int i = 0; i < 2; ++i) loops.emplace_back([&] { asyncio::run(add_up(items, sum)); }).start();
  for (int n = 1; n <= items_in_all; ++n) items.sync_q().put(n);
  items.shutdown();
  for (thread& each : loops) each.join();
  EXPECT_EQ(sum, static_cast<long>(items_in_all) * (items_in_all + 1) / 2);
}

}  // namespace
}  // namespace overlap::asyncio
