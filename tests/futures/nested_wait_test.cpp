// tests/futures/nested_wait_test.cpp
//
// Jobs that wait for jobs of their own pool [54]: what would deadlock in Python runs here, and what must
// deadlock is told.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <string>
#include <vector>

#include <overlap/futures/as_completed.hpp>
#include <overlap/futures/thread_pool_executor.hpp>
#include <overlap/futures/wait.hpp>

#include "futures/gate.hpp"
#include "futures/unhandled_capture.hpp"

namespace overlap::futures {
namespace {

using namespace std::chrono_literals;

class NestedWait : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Workers, NestedWait, testing::Values(1, 2, 4));

TEST_P(NestedWait, AChainOfJobsEndsWithAnyNumberOfWorkers) {
  thread_pool_executor pool(GetParam());
  std::function<int(int)> sum_to = [&](int n) -> int {
    return n == 0 ? 0 : n + pool.submit(sum_to, n - 1).result();
  };
  EXPECT_EQ(pool.submit(sum_to, 50).result(), 1275);
}

TEST_P(NestedWait, ForkAndJoinEndsWithAnyNumberOfWorkers) {
  thread_pool_executor pool(GetParam());
  std::function<int(int)> fib = [&](int n) -> int {
    if (n < 2) return n;
    const auto other = pool.submit(fib, n - 1);
    return fib(n - 2) + other.result();
  };
  EXPECT_EQ(pool.submit(fib, 14).result(), 377);
}

TEST_P(NestedWait, WaitAndAsCompletedHelpToo) {
  thread_pool_executor pool(GetParam());
  const auto outer = [&](int base) {
    std::vector<future<int>> inner;
    for (int index = 0; index < 10; ++index) inner.push_back(pool.submit([=] { return base + index; }));
    int sum = 0;
    for (const auto& each : wait(inner).done) sum += each.result();
    for (const auto& each : as_completed(inner)) sum -= each.result();
    std::vector<future<int>> more;
    for (int index = 0; index < 10; ++index) more.push_back(pool.submit([=] { return base + index; }));
    for (const auto& each : as_completed(more)) sum += each.result();
    return sum;
  };
  std::vector<future<int>> outers;
  for (int index = 0; index < 8; ++index) outers.push_back(pool.submit(outer, index * 10));
  int sum = 0;
  for (const auto& each : outers) sum += each.result();
  EXPECT_EQ(sum, 3160);
}

TEST_P(NestedWait, MapInsideOfMapEnds) {
  thread_pool_executor pool(GetParam());
  const auto outer = [&](int base) {
    int sum = 0;
    for (const int each : pool.map([base](int value) { return base * value; }, {1, 2, 3})) sum += each;
    return sum;
  };
  EXPECT_EQ(pool.map(outer, {1, 10, 100}).to_vector(), (std::vector<int>{6, 60, 600}));
}

TEST(NestedWait, ATimeLimitDoesNotKeepTheAwaitedJobFromRunning) {
  thread_pool_executor pool(1);
  EXPECT_EQ(pool.submit([&] { return pool.submit([] { return 1; }).result(0ms); }).result(), 1);
}

TEST(NestedWait, AwaitedJobsRunInTimedWaitsForSeveralToo) {
  thread_pool_executor pool(1);
  const auto outer = pool.submit([&] {
    const std::vector<future<int>> inner{pool.submit([] { return 1; }), pool.submit([] { return 2; })};
    std::size_t seen = wait(inner, {.timeout = 24h}).done.size();
    for (const auto& each : as_completed({pool.submit([] { return 3; })}, 24h)) {
      seen += static_cast<std::size_t>(each.result());
    }
    return seen;
  });
  EXPECT_EQ(outer.result(), 5U);
}

TEST(NestedWait, AJobThatWaitsForItselfIsTold) {
  thread_pool_executor pool(1);
  promise<future<int>> own;
  const auto job = pool.submit([handle = own.get_future()] { return handle.result().result(); });
  own.set_result(job);
  EXPECT_THROW(job.result(), deadlock_error);
}

TEST(NestedWait, JobsThatWaitForEachOtherOnTwoWorkersAreTold) {
  thread_pool_executor pool(2);
  for (int round = 0; round < 50; ++round) {
    std::latch both(2);
    promise<future<int>> first;
    promise<future<int>> second;
    const auto wait_for = [&](const future<future<int>>& other) {
      both.arrive_and_wait();
      return other.result().result();
    };
    const auto one = pool.submit(wait_for, second.get_future());
    const auto two = pool.submit(wait_for, first.get_future());
    first.set_result(one);
    second.set_result(two);

    // One of them closes the cycle and is told; the other one then gets its error.
    EXPECT_THROW(one.result(), deadlock_error);
    EXPECT_THROW(two.result(), deadlock_error);
  }
}

TEST(NestedWait, TheReportOfACycleNamesBothPlaces) {
  thread_pool_executor pool(2);
  std::latch both(2);
  promise<future<int>> first;
  promise<future<int>> second;
  int first_line = 0;
  int second_line = 0;
  const auto one = pool.submit([&, other = second.get_future()] {
    both.arrive_and_wait();
    const auto awaited = other.result();
    first_line = __LINE__ + 1;
    return awaited.result();
  });
  const auto two = pool.submit([&, other = first.get_future()] {
    both.arrive_and_wait();
    const auto awaited = other.result();
    second_line = __LINE__ + 1;
    return awaited.result();
  });
  first.set_result(one);
  second.set_result(two);
  try {
    one.result();
    FAIL() << "no cycle";
  } catch (const deadlock_error& error) {
    for (const int line : {first_line, second_line}) {
      EXPECT_NE(std::string(error.what()).find("nested_wait_test.cpp:" + std::to_string(line)),
                std::string::npos)
          << error.what();
    }
  }
  EXPECT_THROW(two.result(), deadlock_error);
}

// The reason for helping with the awaited job and own children only: a stranger run on top of a waiting job
// may itself wait for that job.
TEST(NestedWait, AStrangerThatWaitsForTheWaitingJobIsNotBuriedOnTopOfIt) {
  gate other_worker;
  gate waiting;
  thread_pool_executor pool(2);
  const auto inner = pool.submit([&] {
    other_worker.pass();
    return 1;
  });
  other_worker.wait_until_reached();
  const auto outer = pool.submit([&] {
    waiting.pass();
    return inner.result() + 1;
  });
  waiting.wait_until_reached();
  const auto stranger = pool.submit([&] { return outer.result() + 1; });
  waiting.open();
  other_worker.open();
  EXPECT_EQ(stranger.result(), 3);
}

TEST(NestedWait, AWaitingWorkerRunsTheJobsItsOwnJobHasSubmitted) {
  std::latch all_children(2);
  thread_pool_executor pool(2);
  // The first child waits on the other worker for the second, which only the waiting parent's worker can run.
  const auto parent = pool.submit([&] {
    const auto child = [&] { all_children.arrive_and_wait(); };
    std::latch first_runs(1);
    const auto first = pool.submit([&] {
      first_runs.count_down();
      child();
    });
    first_runs.wait();
    const auto second = pool.submit(child);
    first.result();
    return second.done() || second.running();
  });
  EXPECT_TRUE(parent.result());
  EXPECT_EQ(pool.statistics().helped, 1U);
}

TEST(NestedWait, TooDeepNestingIsAnErrorAndNotAnOverflow) {
  const unhandled_capture capture;
  std::atomic<bool> reached_the_end{false};
  {
    std::function<int(int)> nest;
    thread_pool_executor pool(1);
    nest = [&](int levels) -> int {
      volatile char ballast[64 * 1024] = {};
      if (levels == 0) reached_the_end = true;
      return levels == 0 ? ballast[0] : pool.submit(nest, levels - 1).result() + 1;
    };
    EXPECT_THROW(pool.submit(nest, 1000).result(), deadlock_error);
  }
  EXPECT_TRUE(reached_the_end) << "a job that could not be waited for runs later, on an empty stack";
}

}  // namespace
}  // namespace overlap::futures
