// tests/futures/parallel_test.cpp
//
// parallel_invoke, parallel_for and parallel_reduce by their rules.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <numeric>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <overlap/base/context_var.hpp>
#include <overlap/futures/executor.hpp>
#include <overlap/futures/inline_executor.hpp>
#include <overlap/futures/parallel.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/gate.hpp"

namespace overlap::futures {
namespace {

long fib(basic_executor& pool, int n) {
  if (n < 2) return n;
  long one = 0;
  long two = 0;
  parallel_invoke(pool, [&] { one = fib(pool, n - 1); }, [&] { two = fib(pool, n - 2); });
  return one + two;
}

class Parallel : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Workers, Parallel, testing::Values(1, 2, 4));

TEST_P(Parallel, InvokeMayBeNestedToAnyDepth) {
  thread_pool_executor pool(GetParam());
  EXPECT_EQ(fib(pool, 20), 6765);
  EXPECT_EQ(pool.submit([&] { return fib(pool, 15); }).result(), 610);
}

TEST_P(Parallel, ForCallsEachIndexOnce) {
  thread_pool_executor pool(GetParam());
  for (const int count : {0, 1, 2, 7, 1000, 100'000}) {
    std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
    parallel_for(pool, 0, count, [&](int index) { ++calls[static_cast<std::size_t>(index)]; });
    for (const auto& each : calls) ASSERT_EQ(each, 1);
  }
  parallel_for(pool, 5, 3, [](int) { FAIL() << "the range is empty"; });
}

TEST_P(Parallel, ForTakesIteratorsAndRanges) {
  thread_pool_executor pool(GetParam());
  std::vector<int> values(1000);
  std::iota(values.begin(), values.end(), 0);
  parallel_for(pool, values.begin(), values.end(), [](int& value) { value *= 2; });
  parallel_for(pool, values, [](int& value) { ++value; });
  for (int index = 0; index < 1000; ++index)
    ASSERT_EQ(values[static_cast<std::size_t>(index)], 2 * index + 1);
}

TEST_P(Parallel, ReduceKeepsTheOrderOfTheRange) {
  thread_pool_executor pool(GetParam());
  const auto letter = [](int index) { return std::string(1, static_cast<char>('a' + index % 26)); };
  const auto append = [](std::string left, const std::string& right) { return left += right; };
  std::string expected = ">";
  for (int index = 0; index < 5000; ++index) expected += letter(index);
  EXPECT_EQ(parallel_reduce(pool, 0, 5000, std::string(">"), append, letter), expected);
  EXPECT_EQ(parallel_reduce(pool, 0, 0, std::string("none"), append, letter), "none");
  EXPECT_EQ(parallel_reduce(pool, 0, 1'000'000, 0L, std::plus<>(), [](int index) { return long{index}; }),
            499'999'500'000L);
}

TEST_P(Parallel, NestedLoopsInsideOfJobsEnd) {
  thread_pool_executor pool(GetParam());
  std::atomic<int> calls{0};
  std::vector<future<void>> jobs;
  for (int job = 0; job < 10; ++job) {
    jobs.push_back(pool.submit(
        [&] { parallel_for(pool, 0, 20, [&](int) { parallel_for(pool, 0, 20, [&](int) { ++calls; }); }); }));
  }
  for (const auto& each : jobs) each.result();
  EXPECT_EQ(calls, 4000);
}

TEST(Parallel, FunctionsReallyRunAtTheSameTime) {
  thread_pool_executor pool(2);
  std::latch both(2);
  parallel_invoke(pool, [&] { both.arrive_and_wait(); }, [&] { both.arrive_and_wait(); });

  std::latch two(2);
  parallel_for(pool, 0, 2, [&](int) { two.arrive_and_wait(); });
}

TEST(Parallel, InvokeTakesAnyNumberOfFunctions) {
  thread_pool_executor pool(2);
  std::atomic<int> sum{0};
  parallel_invoke(pool, [&] { sum += 1; });
  parallel_invoke(pool, [&] { sum += 10; }, [&] { sum += 20; }, [&] { sum += 30; }, [&] { sum += 40; });
  EXPECT_EQ(sum, 101);
}

TEST(Parallel, TheFirstErrorIsThrownWhenAllPartsHaveEnded) {
  thread_pool_executor pool(2);
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> running{0};
    const auto part = [&](int index) {
      ++running;
      if (index == 500) throw std::runtime_error("500");
      --running;
    };
    try {
      parallel_for(pool, 0, 1000, part);
      FAIL() << "no error";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "500");
    }
    EXPECT_EQ(running, 1);
    EXPECT_THROW(
        parallel_reduce(pool, 0, 1000, 0, std::plus<>(),
                        [](int index) { return index == 999 ? throw std::out_of_range("end") : index; }),
        std::out_of_range);
  }
}

TEST(Parallel, AnErrorOfOneFunctionWaitsForTheOther) {
  gate other;
  thread_pool_executor pool(2);
  std::atomic<bool> has_ended{false};
  EXPECT_THROW(parallel_invoke(
                   pool,
                   [&] {
                     other.wait_until_reached();
                     other.open();
                     throw std::runtime_error("first");
                   },
                   [&] {
                     other.pass();
                     has_ended = true;
                   }),
               std::runtime_error);
  EXPECT_TRUE(has_ended);
  EXPECT_THROW(parallel_invoke(pool, [] {}, [] { throw std::out_of_range("second"); }), std::out_of_range);
  thread_pool_executor one(1);
  EXPECT_THROW(parallel_invoke(one, [] { throw 1; }, [] { FAIL() << "it had not begun"; }), int);
}

TEST(Parallel, AStopTokenEndsALoopEarly) {
  thread_pool_executor pool(2);
  std::stop_source source;
  std::atomic<int> calls{0};
  const auto stop_soon = [&](int) {
    if (++calls == 10) source.request_stop();
  };
  EXPECT_THROW(parallel_for(pool, 0, 100'000'000, stop_soon, source.get_token()), cancelled_error);
  EXPECT_LT(calls, 100'000'000);

  std::stop_source never;
  int sum = 0;
  thread_pool_executor one(1);
  parallel_for(one, 0, 10, [&](int index) { sum += index; }, never.get_token());
  EXPECT_EQ(sum, 45);
}

TEST(Parallel, WorksOnEveryExecutorOfThisLibrary) {
  inline_executor here;
  EXPECT_EQ(fib(here, 10), 55);
  any_executor any = thread_pool_executor(2);
  EXPECT_EQ(fib(any, 10), 55);
  thread_pool_executor first(1);
  thread_pool_executor second(1);
  EXPECT_EQ(first.submit([&] { return fib(second, 10); }).result(), 55) << "from a worker of another pool";
}

const context_var<int> tenant("tenant", 0);

TEST(Parallel, PartsSeeTheContextOfTheCaller) {
  thread_pool_executor pool(2);
  const auto scope = tenant.scoped_set(7);
  std::latch both(2);
  const auto seen = [&] {
    both.arrive_and_wait();
    return tenant.get();
  };
  int one = 0;
  int two = 0;
  parallel_invoke(pool, [&] { one = seen(); }, [&] { two = seen(); });
  EXPECT_EQ(one, 7);
  EXPECT_EQ(two, 7);
}

TEST(Parallel, NoMoreThreadsThanProcessorsAreStartedForIt) {
  thread_pool_executor pool(64);
  parallel_for(pool, 0, 1'000'000, [](int) {});
  fib(pool, 18);
  EXPECT_LE(pool.statistics().workers, static_cast<std::size_t>(std::thread::hardware_concurrency()));
}

TEST(Parallel, JobsAndFuturesMayBeUsedInsideOfParts) {
  thread_pool_executor pool(2);
  std::atomic<int> sum{0};
  parallel_for(pool, 0, 200, [&](int index) {
    const auto half = pool.submit([index] { return index; });
    sum += half.result();
  });
  EXPECT_EQ(sum, 19'900);
}

}  // namespace
}  // namespace overlap::futures
