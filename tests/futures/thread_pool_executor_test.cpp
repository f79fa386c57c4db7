// tests/futures/thread_pool_executor_test.cpp
//
// What a thread pool does with jobs, by its rules; its end is in thread_pool_shutdown_test.cpp. Numbers in
// brackets are the lines of the requirements they mirror.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <overlap/base/context_var.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/gate.hpp"
#include "futures/unhandled_capture.hpp"

namespace overlap::futures {
namespace {

TEST(ThreadPoolExecutor, RunsFunctionsWithCopiesOfTheirArguments) {
  thread_pool_executor pool(2);
  struct adder {
    int base;
    int add(int more) const { return base + more; }
  };
  adder target{1};

  EXPECT_EQ(pool.submit([](int a, int b) { return a * b; }, 6, 7).result(), 42);
  EXPECT_EQ(pool.submit(&adder::add, adder{40}, 2).result(), 42);
  EXPECT_EQ(pool.submit(&adder::add, &target, 2).result(), 3);
  EXPECT_EQ(pool.submit(&adder::add, std::ref(target), 2).result(), 3);
  EXPECT_EQ(pool.submit(&adder::base, adder{5}).result(), 5);
  pool.submit([](adder& given) { given.base = 9; }, std::ref(target)).result();
  EXPECT_EQ(target.base, 9);
}

TEST(ThreadPoolExecutor, TakesAndReturnsMoveOnlyThingsAndReferences) {
  thread_pool_executor pool(2);
  const auto double_it = [](std::unique_ptr<int> owned) {
    *owned *= 2;
    return owned;
  };
  std::string text = "text";

  EXPECT_EQ(*pool.submit(double_it, std::make_unique<int>(21)).result(), 42);
  EXPECT_EQ(pool.submit([owned = std::make_unique<int>(7)] { return *owned; }).result(), 7);
  EXPECT_EQ(&pool.submit([&]() -> std::string& { return text; }).result(), &text);
}

// An exception may come from the function, from moving its arguments in and from making its value.
TEST(ThreadPoolExecutor, ExceptionsFromEveryPlaceReachWhoeverIsResponsible) {
  thread_pool_executor pool(1);
  struct throws_when_copied {
    throws_when_copied() = default;
    throws_when_copied(const throws_when_copied&) { throw std::length_error("copy"); }
    throws_when_copied& operator=(const throws_when_copied&) = default;
  };
  const throws_when_copied value;

  EXPECT_THROW(pool.submit([](const throws_when_copied&) {}, value), std::length_error);
  EXPECT_THROW(pool.submit([]() -> int { throw std::runtime_error("function"); }).result(),
               std::runtime_error);
  EXPECT_THROW(pool.submit([&]() -> throws_when_copied { return value; }).result(), std::length_error);
  EXPECT_THROW(pool.submit([] { throw 5; }).result(), int);
  EXPECT_EQ(pool.submit([] { return 1; }).result(), 1);
  EXPECT_EQ(pool.statistics().submitted, 4U);
}

TEST(ThreadPoolExecutor, AnErrorOfADroppedFutureIsReported) {
  const unhandled_capture capture;
  {
    thread_pool_executor pool(1);
    pool.submit([] { throw std::runtime_error("nobody waits"); });
  }
  EXPECT_EQ(capture.texts(),
            (std::vector<std::string>{"the error of a future that was dropped unseen: nobody waits"}));
}

// [47]
TEST(ThreadPoolExecutor, AnIdleThreadIsUsedBeforeANewOneIsMade) {
  thread_pool_executor pool(8);
  EXPECT_EQ(pool.statistics().workers, 0U);
  for (int round = 0; round < 1000; ++round) pool.submit([] {}).result();
  EXPECT_EQ(pool.statistics().workers, 1U);
}

TEST(ThreadPoolExecutor, ThreadsAreMadeUpToTheLimit) {
  std::array<gate, 3> gates;
  thread_pool_executor pool(3);
  std::vector<future<void>> running;
  for (gate& each : gates) running.push_back(pool.submit([&each] { each.pass(); }));
  for (gate& each : gates) each.wait_until_reached();
  const auto queued = pool.submit([] { return 4; });

  const thread_pool_statistics now = pool.statistics();
  EXPECT_EQ(now.max_workers, 3U);
  EXPECT_EQ(now.workers, 3U);
  EXPECT_EQ(now.running, 3U);
  EXPECT_EQ(now.queued, 1U);
  EXPECT_EQ(now.idle_workers, 0U);
  EXPECT_FALSE(queued.running());
  EXPECT_TRUE(running[0].running());

  for (gate& each : gates) each.open();
  EXPECT_EQ(queued.result(), 4);
}

// A callback may take long: its worker must not be counted on meanwhile.
TEST(ThreadPoolExecutor, AWorkerInACallbackIsNotIdle) {
  gate job;
  gate callback;
  thread_pool_executor pool(2);
  const auto first = pool.submit([&] { job.pass(); });
  job.wait_until_reached();
  first.add_done_callback([&] { callback.pass(); });
  job.open();
  callback.wait_until_reached();

  EXPECT_EQ(pool.submit([] { return 1; }).result(), 1);
  callback.open();
}

// [47]
TEST(ThreadPoolExecutor, AWorkerCountBelowOneIsRefused) {
  EXPECT_THROW(thread_pool_executor(0), invalid_value_error);
  EXPECT_THROW(thread_pool_executor(-1), invalid_value_error);
  const std::size_t automatic = thread_pool_executor().statistics().max_workers;
  EXPECT_GE(automatic, 5U);
  EXPECT_LE(automatic, 32U);
}

TEST(ThreadPoolExecutor, TheSystemShowsTheNamesOfTheThreads) {
  const auto own_name = [] {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    return std::string(name.data());
  };
  thread_pool_executor named({.max_workers = 1, .thread_name_prefix = "fetch"});
  thread_pool_executor long_named({.max_workers = 1, .thread_name_prefix = "a_prefix_that_is_too_long"});
  EXPECT_EQ(named.submit(own_name).result(), "fetch_0");
  EXPECT_EQ(long_named.submit(own_name).result(), "a_prefix_that_0");
}

// [53]
TEST(ThreadPoolExecutor, TheInitializerRunsOnceInEachThreadBeforeItsJobs) {
  static thread_local int prepared = 0;
  std::array<gate, 2> gates;
  std::atomic<int> calls{0};
  thread_pool_executor pool({.max_workers = 2, .initializer = [&] {
                               ++calls;
                               ++prepared;
                             }});
  std::vector<future<int>> results;
  for (gate& each : gates) {
    results.push_back(pool.submit([&each] {
      each.pass();
      return prepared;
    }));
  }
  for (gate& each : gates) each.wait_until_reached();
  for (gate& each : gates) each.open();
  for (const auto& each : results) EXPECT_EQ(each.result(), 1);
  EXPECT_EQ(calls, 2);
}

// [53]
TEST(ThreadPoolExecutor, AFailedInitializerBreaksThePoolForPendingAndLaterJobs) {
  gate initializing;
  thread_pool_executor pool({.max_workers = 1, .thread_name_prefix = "db", .initializer = [&] {
                               initializing.pass();
                               throw std::runtime_error("no database");
                             }});
  std::vector<future<int>> pending;
  pending.push_back(pool.submit([] { return 1; }));
  initializing.wait_until_reached();
  const auto held = std::make_shared<int>(1);
  for (int index = 0; index < 10; ++index) pending.push_back(pool.submit([held] { return *held; }));
  initializing.open();

  for (const auto& each : pending) {
    try {
      each.result();
      FAIL() << "the pool ran a job";
    } catch (const broken_executor& error) {
      EXPECT_STREQ(error.what(), "pool 'db' is broken: its initializer failed: no database");
    }
  }
  EXPECT_EQ(held.use_count(), 1) << "the functions are gone, though their futures are not";
  EXPECT_THROW(pool.submit([] { return 1; }), broken_executor);
  pool.shutdown();
}

// [50]
TEST(ThreadPoolExecutor, ACancelledJobNeverRunsAndFreesWhatItHeldAtOnce) {
  gate busy;
  thread_pool_executor pool(1);
  pool.submit([&] { busy.pass(); });
  busy.wait_until_reached();
  bool ran = false;
  auto held = std::make_shared<int>(1);
  const auto cancelled = pool.submit([&ran, held] { ran = true; });

  EXPECT_EQ(held.use_count(), 2);
  EXPECT_TRUE(cancelled.cancel());
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_THROW(cancelled.result(), cancelled_error);

  busy.open();
  pool.shutdown();
  EXPECT_FALSE(ran);
  EXPECT_EQ(pool.statistics().cancelled, 1U);
}

// [52]
TEST(ThreadPoolExecutor, NothingOfAJobIsLeftWhenItsResultIsSeen) {
  thread_pool_executor pool(2);
  for (int round = 0; round < 200; ++round) {
    auto held = std::make_shared<int>(round);
    pool.submit([](const std::shared_ptr<int>& argument) { return *argument; }, held).result();
    ASSERT_EQ(held.use_count(), 1);
  }
}

TEST(ThreadPoolExecutor, AStopTokenReachesTheFunctionsThatTakeOne) {
  std::latch started(2);
  thread_pool_executor pool(2);
  const auto until_stopped = [&](std::stop_token token, int value) {
    started.count_down();
    std::latch stopped(1);
    const std::stop_callback on_stop(token, [&] { stopped.count_down(); });
    stopped.wait();
    return value;
  };
  const auto first = pool.submit(until_stopped, 1);
  const auto second = pool.submit([&](const std::stop_token& token) { return until_stopped(token, 2); });
  started.wait();

  EXPECT_FALSE(first.cancel());
  EXPECT_TRUE(first.request_stop());
  EXPECT_TRUE(second.request_stop());
  EXPECT_EQ(first.result(), 1);
  EXPECT_EQ(second.result(), 2);
  EXPECT_TRUE(pool.submit([](auto token) { return token.stop_possible(); }).result());
  EXPECT_FALSE(pool.submit([](int value) { return value; }, 1).request_stop());
}

const context_var<std::string> request_id("request_id", "none");

// [76]
TEST(ThreadPoolExecutor, AJobSeesTheContextOfItsSubmitter) {
  thread_pool_executor pool(1);
  const auto seen = [] { return request_id.get(); };
  EXPECT_EQ(pool.submit(seen).result(), "none");
  {
    const auto scope = request_id.scoped_set("17");
    EXPECT_EQ(pool.submit(seen).result(), "17");
    const auto nested = [&] { return pool.submit(seen).result(); };
    EXPECT_EQ(pool.submit(nested).result(), "17") << "handed on by a job that is run by a waiting worker";
    pool.submit([] { request_id.set("of the job"); }).result();
    EXPECT_EQ(request_id.get(), "17") << "what a job sets is its own";
    EXPECT_EQ(pool.submit(seen).result(), "17");
  }
  EXPECT_EQ(pool.submit(seen).result(), "none");
}

// [57]
TEST(ThreadPoolExecutor, TenThousandJobsFromSeveralThreadsAllRun) {
  std::atomic<int> sum{0};
  thread_pool_executor pool(4);
  std::vector<future<int>> results(10'000);
  {
    std::vector<std::jthread> submitters;
    for (std::size_t part = 0; part < 4; ++part) {
      submitters.emplace_back([&, part] {
        for (std::size_t index = part; index < results.size(); index += 4) {
          results[index] = pool.submit([&sum, index] {
            ++sum;
            return static_cast<int>(index);
          });
        }
      });
    }
  }
  for (std::size_t index = 0; index < results.size(); ++index) {
    ASSERT_EQ(results[index].result(), static_cast<int>(index));
  }
  EXPECT_EQ(sum, 10'000);
  pool.shutdown();
  EXPECT_EQ(pool.statistics().completed, 10'000U);
  EXPECT_EQ(pool.statistics().queued, 0U);
}

}  // namespace
}  // namespace overlap::futures
