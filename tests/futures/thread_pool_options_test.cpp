// tests/futures/thread_pool_options_test.cpp
//
// What a pool can be told: priorities, replaced threads, a warm start, and what a broken one says.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <overlap/futures/future_errors.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/gate.hpp"

namespace overlap::futures {
namespace {

TEST(ThreadPoolPriority, HigherOnesBeginFirstAndEqualOnesInTheirOrder) {
  gate busy;
  thread_pool_executor pool(1);
  pool.submit([&] { busy.pass(); });
  busy.wait_until_reached();
  std::string order;
  const auto add = [&order](char letter) { order += letter; };
  const std::vector<std::pair<char, int>> jobs{{'d', 0}, {'f', -1}, {'b', 3}, {'a', 9},
                                               {'c', 3}, {'e', 0},  {'g', -9}};
  for (const auto& [letter, priority] : jobs) pool.submit_with({.priority = priority}, add, letter);
  EXPECT_EQ(pool.statistics().queued, 7U);

  busy.open();
  pool.shutdown();
  EXPECT_EQ(order, "abcdefg");
}

TEST(ThreadPoolPriority, JobsWithOneCanBeAwaitedCancelledAndRefused) {
  gate busy;
  thread_pool_executor pool(1);
  EXPECT_EQ(pool.submit_with({.priority = 1}, [](int value) { return value; }, 4).result(), 4);
  EXPECT_EQ(
      pool.submit([&] { return pool.submit_with({.priority = -1}, [] { return 5; }).result(); }).result(), 5);

  const auto holder = pool.submit([&] { busy.pass(); });
  busy.wait_until_reached();
  const auto urgent = pool.submit_with({.priority = 1}, [] { return 1; });
  const auto late = pool.submit_with({.priority = -1}, [] { return 1; });
  EXPECT_TRUE(late.cancel());
  pool.shutdown({.wait = false, .cancel_futures = true});
  EXPECT_TRUE(urgent.cancelled());
  EXPECT_THROW(pool.submit_with({.priority = 1}, [] {}), invalid_state_error);
  busy.open();
  holder.result();  // nobody else waits for it, and it uses the gate
}

// [58]
TEST(ThreadPoolMaxTasks, AThreadIsReplacedAfterItsShare) {
  std::mutex mutex;
  std::vector<std::thread::id> ids;
  std::atomic<int> initialized{0};
  {
    thread_pool_executor pool({.max_workers = 1, .initializer = [&] { ++initialized; }, .max_tasks = 3});
    for (int job = 0; job < 9; ++job) {
      pool.submit([&] {
        const std::lock_guard lock(mutex);
        ids.push_back(std::this_thread::get_id());
      });
    }
  }
  ASSERT_EQ(ids.size(), 9U);
  for (std::size_t job = 1; job < 9; ++job) EXPECT_EQ(ids[job] == ids[job - 1], job % 3 != 0) << job;
  EXPECT_GE(initialized, 3);
}

// [58]
TEST(ThreadPoolMaxTasks, ShutdownInEveryVariantEndsWithIt) {
  for (const bool wait : {false, true}) {
    for (const bool cancel : {false, true}) {
      for (int round = 0; round < 30; ++round) {
        std::atomic<int> ran{0};
        std::vector<future<void>> jobs;
        {
          thread_pool_executor pool({.max_workers = 2, .max_tasks = 1});
          for (int job = 0; job < 10; ++job) jobs.push_back(pool.submit([&] { ++ran; }));
          pool.shutdown({.wait = wait, .cancel_futures = cancel});
        }
        int cancelled = 0;
        for (const auto& each : jobs) {
          each.wait();
          cancelled += each.cancelled() ? 1 : 0;
        }
        ASSERT_EQ(ran + cancelled, 10);
        ASSERT_TRUE(cancel || cancelled == 0);
      }
    }
  }
  EXPECT_THROW(thread_pool_executor({.max_tasks = -1}), invalid_value_error);
}

TEST(ThreadPoolWarmStart, AllThreadsAreThereBeforeTheFirstJob) {
  std::latch initialized(3);
  thread_pool_executor pool(
      {.max_workers = 3, .initializer = [&] { initialized.count_down(); }, .warm_start = true});
  initialized.wait();
  EXPECT_EQ(pool.statistics().workers, 3U);
  EXPECT_EQ(pool.submit([] { return 1; }).result(), 1);
}

// [53]
TEST(ThreadPoolBroken, IsAnErrorOfItsOwn) {
  thread_pool_executor pool(
      {.max_workers = 2, .initializer = [] { throw std::runtime_error("no licence"); }});
  const auto job = pool.submit([] { return 1; });
  try {
    job.result();
    FAIL() << "it ran";
  } catch (const broken_thread_pool& error) {
    EXPECT_NE(std::string(error.what()).find("no licence"), std::string::npos);
  }
  EXPECT_THROW(pool.submit([] {}), broken_thread_pool);
  EXPECT_THROW(pool.submit_with({.priority = 2}, [] {}), broken_executor);
}

// Python's order: a pool of one thread runs jobs as they were submitted, also those of its own jobs.
TEST(ThreadPoolOrder, OneThreadRunsJobsInTheOrderOfTheirSubmission) {
  std::string order;
  thread_pool_executor pool(1);
  gate busy;
  pool.submit([&] {
    busy.pass();
    for (const char letter : {'a', 'b', 'c'}) pool.submit([&order, letter] { order += letter; });
  });
  busy.wait_until_reached();
  busy.open();
  pool.submit([] {}).result();
  pool.shutdown();
  EXPECT_EQ(order, "abc");

  std::vector<int> numbers;
  thread_pool_executor outside(1);
  for (int number = 0; number < 1000; ++number)
    outside.submit([&numbers, number] { numbers.push_back(number); });
  outside.shutdown();
  for (int number = 0; number < 1000; ++number) ASSERT_EQ(numbers[static_cast<std::size_t>(number)], number);
}

// A job that submits the next one for ever must not keep those outside waiting.
TEST(ThreadPoolOrder, JobsFromOutsideGetTheirTurnBesideJobsThatGoOnForEver) {
  std::atomic<bool> stop{false};
  std::function<void()> again;
  thread_pool_executor pool(1);
  again = [&] {
    if (!stop) pool.submit([&] { again(); });
  };
  for (int chain = 0; chain < 3; ++chain) pool.submit([&] { again(); });
  pool.submit([&] { stop = true; }).result();
  EXPECT_TRUE(stop);
}

}  // namespace
}  // namespace overlap::futures
