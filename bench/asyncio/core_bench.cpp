// bench/asyncio/core_bench.cpp
//
// Question: what do the smallest steps of the engine cost?
// Unit: one of what the name says, in a loop of 10,000 inside one run. Not measured: starting the loop, which
// the 10,000 dilute to less than 1 ns.
// Check: each program counts what it did, and the count must be right.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include <overlap/asyncio.hpp>

namespace {

using namespace overlap;
using asyncio::task;

constexpr int per_run = 10'000;

task<int> one() { co_return 1; }
task<int> one_later() {
  co_await asyncio::sleep(duration());
  co_return 1;
}

void check(std::int64_t counted) {
  if (counted != per_run) std::abort();
}

task<> await_ready_children() {
  std::int64_t sum = 0;
  for (int i = 0; i < per_run; ++i) sum += co_await one();
  check(sum);
}

task<> await_waiting_children() {
  std::int64_t sum = 0;
  for (int i = 0; i < per_run; ++i) sum += co_await one_later();
  check(sum);
}

task<> yield() {
  for (int i = 0; i < per_run; ++i) co_await asyncio::sleep(duration());
}

task<> spawn_and_join() {
  std::int64_t sum = 0;
  for (int i = 0; i < per_run; ++i) {
    co_await asyncio::with(asyncio::task_group(), [&sum](asyncio::task_group& group) -> task<> {
      group.create_task([&sum]() -> task<> {
        ++sum;
        co_return;
      });
      co_return;
    });
  }
  check(sum);
}

task<> spawn_in_one_group() {
  std::int64_t sum = 0;
  co_await asyncio::with(asyncio::task_group(), [&sum](asyncio::task_group& group) -> task<> {
    for (int i = 0; i < per_run; ++i) group.create_task(one());
    sum = per_run;
    co_return;
  });
  check(sum);
}

task<> gather_a_thousand() {
  std::int64_t sum = 0;
  for (int round = 0; round < per_run / 1000; ++round) {
    std::vector<task<int>> children;
    children.reserve(1000);
    for (int i = 0; i < 1000; ++i) children.push_back(one());
    for (int value : co_await asyncio::gather(std::move(children))) sum += value;
  }
  check(sum);
}

task<> acquire_free_permits() {
  asyncio::semaphore semaphore(1);
  std::int64_t sum = 0;
  for (int i = 0; i < per_run; ++i) {
    auto permit = co_await semaphore.acquire();
    ++sum;
  }
  check(sum);
}

task<> cancel_waiting_tasks() {
  std::int64_t sum = 0;
  struct counter {
    std::int64_t& sum;
    ~counter() { ++sum; }
  };
  for (int round = 0; round < per_run / 1000; ++round) {
    co_await asyncio::with(asyncio::task_group(), [&sum](asyncio::task_group& group) -> task<> {
      for (int i = 0; i < 1000; ++i) {
        group.create_task([&sum]() -> task<> {
          const counter counted{sum};
          co_await asyncio::sleep(duration::infinite());
        });
      }
      co_await asyncio::sleep(duration());
      group.cancel();
    });
  }
  check(sum);
}

void run_all(benchmark::State& state, task<> (*program)()) {
  for (auto _ : state) asyncio::run(program());
  state.SetItemsProcessed(state.iterations() * per_run);
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations()) * per_run,
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(run_all, await_ready_child, &await_ready_children);
BENCHMARK_CAPTURE(run_all, await_waiting_child, &await_waiting_children);
BENCHMARK_CAPTURE(run_all, yield, &yield);
BENCHMARK_CAPTURE(run_all, group_of_one, &spawn_and_join);
BENCHMARK_CAPTURE(run_all, spawn_in_one_group, &spawn_in_one_group);
BENCHMARK_CAPTURE(run_all, gather_of_1000, &gather_a_thousand);
BENCHMARK_CAPTURE(run_all, semaphore_free, &acquire_free_permits);
BENCHMARK_CAPTURE(run_all, cancel_waiting_task, &cancel_waiting_tasks);

}  // namespace
