// tests/testing/simulated_jobs_test.cpp
//
// Functions for threads and executors in a simulation: they run on its thread, at their turn.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/base/error.hpp>
#include <overlap/futures/thread_pool_executor.hpp>
#include <overlap/testing.hpp>

#include "testing/environment_variable.hpp"

namespace overlap::testing {
namespace {

using asyncio::gather;
using asyncio::sleep;
using asyncio::task;
using ::testing::ElementsAre;
using namespace std::chrono_literals;

// These tests say themselves which seed they mean.
class SimulatedJobs : public ::testing::Test {
  environment_variable no_seed_{"OVERLAP_SEED", nullptr};
  environment_variable no_replay_{"OVERLAP_REPLAY", nullptr};
};

TEST_F(SimulatedJobs, RunsFunctionsForThreadsOnItsOwnThreadInSeededOrder) {
  const auto course = [](std::uint64_t seed) {
    std::string order;
    simulate(seed, [&]() -> task<> {
      const auto call = [&](char name) -> task<> {
        co_await asyncio::to_thread([&order, name, here = std::this_thread::get_id()] {
          EXPECT_EQ(std::this_thread::get_id(), here);
          order.push_back(name);
        });
      };
      co_await gather(call('a'), call('b'), call('c'), call('d'));
    });
    return order;
  };

  EXPECT_EQ(course(0), "abcd");
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    orders.insert(course(seed));
    ASSERT_EQ(course(seed), course(seed));
  }
  EXPECT_EQ(orders.size(), 24U);
}

TEST_F(SimulatedJobs, JobsOfAnExecutorRunInSeededOrderAmongTheTasks) {
  const futures::thread_pool_executor pool(futures::thread_pool_options{.max_workers = 2});
  const auto course = [&](std::uint64_t seed) {
    std::string order;
    simulate(seed, [&]() -> task<> {
      const auto note = [&order](char name) { order.push_back(name); };
      const auto call = [&](char name) -> task<> { co_await asyncio::run_in_executor(pool, note, name); };
      const auto run = [&](char name) -> task<> {
        co_await sleep(0s);
        note(name);
      };
      co_await gather(call('a'), run('b'), call('c'));
    });
    return order;
  };

  EXPECT_EQ(course(0), "abc");
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    orders.insert(course(seed));
    ASSERT_EQ(course(seed), course(seed));
  }
  EXPECT_EQ(orders.size(), 6U);
  EXPECT_EQ(pool.statistics().submitted, 0U) << "no thread of the pool had anything to do";
}

TEST_F(SimulatedJobs, AnExecutorThatWasShutDownRefusesInASimulationToo) {
  futures::thread_pool_executor pool(futures::thread_pool_options{.max_workers = 1});
  pool.shutdown();
  simulate(0, [&]() -> task<> {
    bool was_refused = false;
    try {
      co_await asyncio::run_in_executor(pool, [] {});
    } catch (const invalid_state_error&) {
      was_refused = true;
    }
    EXPECT_TRUE(was_refused);
    co_await sleep(1s);
  });
}

TEST_F(SimulatedJobs, AFunctionForAThreadMayRunALoopOfItsOwn) {
  simulate(0, []() -> task<> {
    const int value =
        co_await asyncio::to_thread([] { return asyncio::run([]() -> task<int> { co_return 5; }()); });
    EXPECT_EQ(value, 5);
    co_await sleep(1s);
  });
}

TEST_F(SimulatedJobs, OnDescriptorsTheyRunOnThreadsUnlessTheyAreToBeRepeated) {
  const auto is_elsewhere = [](const simulation_options& options) {
    return simulate(options, []() -> task<bool> {
      const auto here = std::this_thread::get_id();
      co_return here != co_await asyncio::to_thread([] { return std::this_thread::get_id(); });
    });
  };
  EXPECT_TRUE(is_elsewhere({.on = backend::epoll}));
  EXPECT_FALSE(is_elsewhere({.on = backend::epoll, .jobs_on_loop_thread = true}));
  EXPECT_FALSE(is_elsewhere({}));
}

TEST_F(SimulatedJobs, AreEnumeratedOnDescriptorsToo) {
  std::set<std::string> orders;
  const exploration_report report =
      explore({.by = strategy::exhaustive, .on = backend::epoll, .patience = duration()}, [&]() -> task<> {
        std::string order;
        const auto call = [&](char name) -> task<> {
          co_await asyncio::to_thread([&order, name] { order.push_back(name); });
        };
        co_await gather(call('a'), call('b'), call('c'));
        orders.insert(order);
      });
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(orders.size(), 6U);
}

}  // namespace
}  // namespace overlap::testing
