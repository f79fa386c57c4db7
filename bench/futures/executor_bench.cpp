// bench/futures/executor_bench.cpp
//
// Question: what does a job, and what does a fork cost on a pool of two threads?
// Unit: one job, one fork or one element. Not measured: starting the threads.
// Check: each program adds up what its jobs return, and the sum must be right.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <utility>
#include <vector>

#include <overlap/futures.hpp>

namespace {

using namespace overlap::futures;

constexpr int per_batch = 1'000;

void check(std::int64_t counted, std::int64_t expected) {
  if (counted != expected) std::abort();
}

// There and back, one at a time.
void from_outside(benchmark::State& state) {
  thread_pool_executor pool(2);
  std::int64_t sum = 0;
  for (auto _ : state) sum += pool.submit([] { return 1; }).result();
  check(sum, state.iterations());
}
BENCHMARK(from_outside)->UseRealTime();

void from_a_job(benchmark::State& state) {
  thread_pool_executor pool(2);
  pool.submit([&] {
        std::int64_t sum = 0;
        for (auto _ : state) sum += pool.submit([] { return 1; }).result();
        check(sum, state.iterations());
      })
      .result();
}
BENCHMARK(from_a_job)->UseRealTime();

void batches(benchmark::State& state) {
  thread_pool_executor pool(2);
  std::vector<future<int>> results;
  std::int64_t sum = 0;
  for (auto _ : state) {
    for (int i = 0; i < per_batch; ++i) results.push_back(pool.submit([] { return 1; }));
    for (auto& each : results) sum += std::move(each).result();
    results.clear();
  }
  check(sum, state.iterations() * per_batch);
  state.SetItemsProcessed(state.iterations() * per_batch);
}
BENCHMARK(batches)->UseRealTime();

void map_of_short_calls(benchmark::State& state) {
  thread_pool_executor pool(2);
  const std::vector<int> input(100'000, 1);
  std::int64_t sum = 0;
  for (auto _ : state) {
    for (const int each : pool.map([](int value) { return value; }, input)) sum += each;
  }
  check(sum, state.iterations() * static_cast<std::int64_t>(input.size()));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(input.size()));
}
BENCHMARK(map_of_short_calls)->UseRealTime();

long fib(thread_pool_executor& pool, int n) {
  if (n < 2) return n;
  long one = 0;
  long two = 0;
  parallel_invoke(pool, [&] { one = fib(pool, n - 1); }, [&] { two = fib(pool, n - 2); });
  return one + two;
}
void forks(benchmark::State& state) {
  thread_pool_executor pool(2);
  for (auto _ : state) check(pool.submit([&] { return fib(pool, 20); }).result(), 6765);
  state.SetItemsProcessed(state.iterations() * 10'945);  // the calls of fib(20) that fork
}
BENCHMARK(forks)->UseRealTime();

void reduce(benchmark::State& state) {
  thread_pool_executor pool(2);
  constexpr std::int64_t count = 1'000'000;
  for (auto _ : state) {
    check(parallel_reduce(pool, std::int64_t{0}, count, std::int64_t{0}, std::plus<>(),
                          [](std::int64_t index) { return index & 1; }),
          count / 2);
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(reduce)->UseRealTime();

}  // namespace
