// tests/futures/wait_test.cpp
//
// wait() and as_completed() by their rules.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <overlap/futures/as_completed.hpp>
#include <overlap/futures/thread_pool_executor.hpp>
#include <overlap/futures/wait.hpp>

#include "futures/gate.hpp"

namespace overlap::futures {
namespace {

using namespace std::chrono_literals;

template <class T>
struct pairs {
  explicit pairs(std::size_t count) : sources(count) {
    for (auto& each : sources) handles.push_back(each.get_future());
  }
  std::vector<promise<T>> sources;
  std::vector<future<T>> handles;
};

TEST(Wait, ReturnsAllWhenAllAreDone) {
  pairs<int> each(3);
  each.sources[1].set_result(1);
  std::jthread others([&] {
    each.sources[2].set_exception(std::runtime_error("two"));
    each.handles[0].cancel();
  });
  const auto result = wait(each.handles);
  EXPECT_EQ(result.done, each.handles);
  EXPECT_TRUE(result.not_done.empty());
  EXPECT_NE(each.handles[2].exception(), nullptr);
}

TEST(Wait, ReturnsAtTheFirstThatIsDone) {
  pairs<int> each(3);
  std::jthread other([&] { each.sources[1].set_result(1); });
  const auto result = wait(each.handles, {.return_when = first_completed});
  EXPECT_EQ(result.done, (std::vector{each.handles[1]}));
  EXPECT_EQ(result.not_done, (std::vector{each.handles[0], each.handles[2]}));
}

TEST(Wait, ReturnsAtTheFirstExceptionWhichACancellationIsNot) {
  pairs<int> each(4);
  each.sources[0].set_result(0);
  each.handles[1].cancel();
  std::jthread other([&] { each.sources[2].set_exception(std::runtime_error("two")); });
  const auto result = wait(each.handles, {.return_when = first_exception});
  EXPECT_EQ(result.not_done, (std::vector{each.handles[3]}));
  EXPECT_NE(each.handles[2].exception(), nullptr);

  pairs<int> fine(2);
  for (auto& source : fine.sources) source.set_result(1);
  EXPECT_TRUE(wait(fine.handles, {.return_when = first_exception}).not_done.empty());
}

TEST(Wait, ATimeLimitIsNoError) {
  pairs<int> each(2);
  each.sources[1].set_result(1);
  for (const duration limit : {duration(0ms), duration(-1s), duration(1ms)}) {
    const auto result = wait(each.handles, {.timeout = limit});
    EXPECT_EQ(result.done.size(), 1U);
    EXPECT_EQ(result.not_done, (std::vector{each.handles[0]}));
  }
}

TEST(Wait, TakesListsMapsAndNothingAndNamesEachFutureOnce) {
  promise<int> source;
  const auto handle = source.get_future();
  source.set_result(1);
  EXPECT_EQ(wait({handle, handle}).done.size(), 1U);
  EXPECT_EQ(wait(std::list{handle}).done.size(), 1U);
  EXPECT_EQ(wait(std::map<future<int>, std::string>{{handle, "name"}}).done.size(), 1U);
  EXPECT_TRUE(wait(std::vector<future<int>>()).done.empty());
}

TEST(AsCompleted, GivesThoseDoneFirstAndTheOthersAsTheyGetDone) {
  pairs<int> each(4);
  each.sources[2].set_result(2);
  std::vector<int> order;
  for (const auto& done : as_completed(each.handles)) {
    order.push_back(done.result());
    if (order.size() == 1) each.sources[0].set_result(0);
    if (order.size() == 2) each.sources[3].set_result(3);
    if (order.size() == 3) each.sources[1].set_result(1);
  }
  EXPECT_EQ(order, (std::vector<int>{2, 0, 3, 1}));
}

TEST(AsCompleted, WorksOverMapsKeyedByFutures) {
  thread_pool_executor pool(2);
  std::unordered_map<future<int>, int> hashed;
  std::map<future<int>, int> ordered;
  for (int index = 0; index < 5; ++index) {
    hashed[pool.submit([index] { return index * index; })] = index;
    ordered[pool.submit([index] { return index * index; })] = index;
  }
  int sum = 0;
  for (const auto& done : as_completed(hashed)) {
    EXPECT_EQ(done.result(), hashed.at(done) * hashed.at(done));
    sum += done.result();
  }
  for (const auto& done : as_completed(ordered)) sum += ordered.at(done);
  EXPECT_EQ(sum, 40);
}

TEST(AsCompleted, NamesWhatIsUnfinishedWhenTheTimeIsOver) {
  pairs<int> each(4);
  each.sources[0].set_result(0);
  each.sources[3].set_result(3);
  int seen = 0;
  try {
    for (const auto& done : as_completed(each.handles, 1ms)) {
      EXPECT_TRUE(done.done());
      ++seen;
    }
    FAIL() << "no error";
  } catch (const timeout_error& error) {
    EXPECT_STREQ(error.what(), "2 (of 4) futures unfinished");
  }
  EXPECT_EQ(seen, 2);
}

TEST(AsCompleted, GivesEachFutureOnceAndKeepsTemporariesAlive) {
  promise<std::string> source;
  const auto handle = source.get_future();
  source.set_result("once");
  int count = 0;
  for (const auto& done : as_completed({handle, handle, handle})) {
    EXPECT_EQ(done.result(), "once");
    ++count;
  }
  EXPECT_EQ(count, 1);

  thread_pool_executor pool(1);
  const auto make = [&] { return std::vector{pool.submit([] { return std::make_unique<int>(6); })}; };
  for (auto done : as_completed(make())) EXPECT_EQ(*std::move(done).result(), 6);
  for (const auto& done : as_completed(std::vector<future<int>>())) FAIL() << done.result();
}

TEST(AsCompleted, MayBeLeftEarlyWhileFuturesComplete) {
  for (int round = 0; round < 300; ++round) {
    pairs<int> each(3);
    std::jthread completer([&] {
      for (auto& source : each.sources) source.set_result(1);
    });
    for (const auto& done : as_completed(each.handles)) {
      ASSERT_EQ(done.result(), 1);
      break;
    }
  }
}

// The future is done and calls its nodes one by one, while the range goes away that has one of the later
// ones: the range must stay until its node was called (the address sanitizer sees it if not).
TEST(AsCompleted, GoesAwayOnlyAfterACallThatIsUnderWay) {
  struct blocking_node : detail::completion_node {
    gate held;
  };
  for (int round = 0; round < 20; ++round) {
    blocking_node first;
    first.completed = [](detail::completion_node* node) noexcept {
      static_cast<blocking_node*>(node)->held.pass();
    };
    pairs<int> each(1);
    ASSERT_TRUE(detail::future_access::state(each.handles[0]).attach(first));
    auto range = std::make_unique<as_completed_range<int>>(as_completed(each.handles, 0ms));
    std::jthread completer([&] { each.sources[0].set_result(1); });
    first.held.wait_until_reached();
    std::jthread destroyer([&] { range.reset(); });
    for (int spin = 0; spin < 100; ++spin) std::this_thread::yield();
    first.held.open();
  }
}

// Several threads complete, cancel and wait at random; every future must be seen exactly once by everybody.
TEST(WaitStress, EveryWaiterSeesEveryFutureOnce) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    constexpr std::size_t count = 64;
    pairs<int> each(count);
    std::atomic<std::size_t> seen{0};
    {
      std::vector<std::jthread> threads;
      for (int waiter = 0; waiter < 3; ++waiter) {
        threads.emplace_back([&, waiter] {
          if (waiter == 0) {
            seen += wait(each.handles).done.size();
          } else {
            for (const auto& done : as_completed(each.handles)) seen += done.done() ? 1 : 1000;
          }
        });
      }
      threads.emplace_back([&, random = std::minstd_rand(seed)]() mutable {
        for (auto& handle : each.handles) {
          if (random() % 3 == 0) handle.cancel();
        }
      });
      threads.emplace_back([&] {
        for (auto& source : each.sources) {
          if (source.set_running_or_notify_cancel()) source.set_result(1);
        }
      });
    }
    ASSERT_EQ(seen, 3 * count) << "seed " << seed;
  }
}

}  // namespace
}  // namespace overlap::futures
