// tests/asyncio/aiter_test.cpp
//
// map() of an executor awaited in a loop. The pool has threads of its own, so it is not for the simulation.

#include <gtest/gtest.h>

#include <latch>
#include <ranges>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/asyncio/aiter.hpp>
#include <overlap/futures.hpp>

namespace overlap::asyncio {
namespace {

int square(int value) { return value * value; }

TEST(Aiter, GivesTheResultsOfAMapInOrder) {
  futures::thread_pool_executor pool(2);
  const int sum = run([](futures::thread_pool_executor& workers) -> task<int> {
    int next = 0;
    int total = 0;
    auto results = aiter(workers.map(square, std::views::iota(0, 500)));
    while (auto each = co_await results.next()) {
      EXPECT_EQ(*each, square(next++));
      total += *each;
    }
    co_return total;
  }(pool));
  EXPECT_EQ(sum, 41'541'750);
}

TEST(Aiter, TheLoopGoesOnMeanwhileAndUnorderedResultsComeAsTheyGetDone) {
  std::latch opened(1);
  futures::thread_pool_executor pool(2);  // ends first: its jobs use the latch
  const auto work = [&opened](int value) {
    if (value == 0) opened.wait();
    return value;
  };
  const std::vector<int> order = run([](futures::thread_pool_executor& workers, const auto& function,
                                        std::latch& gate) -> task<std::vector<int>> {
    std::vector<int> seen;
    auto results = aiter(workers.map(function, {0, 1, 2, 3}, {.ordered = false}));
    while (auto each = co_await results.next()) {
      seen.push_back(*each);
      if (seen.size() == 3) gate.count_down();
    }
    co_return seen;
  }(pool, work, opened));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 0}));
}

TEST(Aiter, ErrorsAndTimeLimitsAreThrownByNext) {
  std::latch opened(1);
  futures::thread_pool_executor pool(1);  // ends first: its jobs use the latch
  run([](futures::thread_pool_executor& workers, std::latch& gate) -> task<> {
    auto failing = aiter(workers.map([](int) -> int { throw std::runtime_error("map"); }, {1}));
    EXPECT_THROW(co_await failing.next(), std::runtime_error);

    const futures::map_options limited{.timeout = duration::from_nanoseconds(1'000'000)};
    auto late = aiter(workers.map([&gate](int) { gate.wait(); }, std::vector<int>(1), limited));
    EXPECT_THROW(co_await late.next(), timeout_error);
  }(pool, opened));
  opened.count_down();
}

TEST(Aiter, StoppingItsTaskCancelsTheRest) {
  futures::thread_pool_executor pool(1);
  run([](futures::thread_pool_executor& workers) -> task<> {
    const auto until_stopped = [](std::stop_token token, int) {
      std::latch stopped(1);
      const std::stop_callback on_stop(token, [&] { stopped.count_down(); });
      stopped.wait();
    };
    auto waiting = create_task([](auto& inner, const auto& function) -> task<> {
      auto results = aiter(inner.map(function, std::views::iota(0)));
      while (co_await results.next()) {
      }
    }(workers, until_stopped));
    co_await sleep(duration());
    waiting.cancel();
    EXPECT_THROW(co_await std::move(waiting), cancelled_error);
  }(pool));
  pool.shutdown();
  EXPECT_EQ(pool.statistics().queued, 0U);
}

}  // namespace
}  // namespace overlap::asyncio
