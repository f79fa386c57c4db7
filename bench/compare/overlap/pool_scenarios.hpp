// bench/compare/overlap/pool_scenarios.hpp
//
// The scenarios of thread pools, for overlap_bench.cpp. A pool of two threads each.
//
// Threads: main, and the pool's.
#pragma once

#include <vector>

#include <overlap/futures.hpp>

#include "compare/measure.hpp"
// After measure.hpp.
#include "compare/fork_work.hpp"

namespace pool_scenarios {

namespace futures = overlap::futures;
using compare::expect;
using compare::measurement;

constexpr int trips = 1'000;

inline void trips_in(const char* scenario, futures::thread_pool_executor& pool) {
  for (measurement batches(scenario); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < trips; ++i) sum += pool.submit([] { return 1; }).result();
    batches.stop(trips);
    expect(sum == trips, scenario);
  }
}
inline void pool_trip() {
  futures::thread_pool_executor pool(2);
  trips_in("pool_trip", pool);
}
inline void pool_inside() {
  futures::thread_pool_executor pool(2);
  pool.submit([&pool] { trips_in("pool_inside", pool); }).result();
}

inline void batches_of(const char* scenario, int size) {
  futures::thread_pool_executor pool(2);
  std::vector<futures::future<int>> results;
  results.reserve(static_cast<std::size_t>(size));
  for (measurement batches(scenario); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < size; ++i) results.push_back(pool.submit([] { return 1; }));
    for (auto& each : results) sum += std::move(each).result();
    results.clear();
    batches.stop(size);
    expect(sum == size, scenario);
  }
}
inline void pool_batch() { batches_of("pool_batch", 1'000); }
inline void pool_queued() { batches_of("pool_queued", compare::is_quick ? 1'000 : 1'000'000); }

inline long fib(futures::thread_pool_executor& pool, int n) {
  if (n < 2) return n;
  long one = 0;
  long two = 0;
  futures::parallel_invoke(pool, [&] { one = fib(pool, n - 1); }, [&] { two = fib(pool, n - 2); });
  return one + two;
}
inline void fork_fib() {
  futures::thread_pool_executor pool(2);
  for (measurement batches("fork_fib", "ms"); batches.want_more();) {
    batches.start();
    const long result = pool.submit([&pool] { return fib(pool, compare::fib_of()); }).result();
    batches.stop(1);
    expect(result == compare::fib_result(), "fork_fib");
  }
}

inline long skynet(futures::thread_pool_executor& pool, long first, long size) {
  if (size == 1) return first;
  long parts[10];
  futures::parallel_for(pool, 0, 10,
                        [&](int i) { parts[i] = skynet(pool, first + i * size / 10, size / 10); });
  long sum = 0;
  for (const long part : parts) sum += part;
  return sum;
}
inline void fork_skynet() {
  futures::thread_pool_executor pool(2);
  for (measurement batches("fork_skynet", "ms"); batches.want_more();) {
    batches.start();
    const long sum = pool.submit([&pool] { return skynet(pool, 0, compare::skynet_size()); }).result();
    batches.stop(1);
    expect(sum == compare::skynet_result(), "fork_skynet");
  }
}

inline void parallel_for() {
  futures::thread_pool_executor pool(2);
  std::vector<double> values(static_cast<std::size_t>(compare::item_count()));
  for (measurement batches("parallel_for", "ms"); batches.want_more();) {
    batches.start();
    futures::parallel_for(pool, 0, compare::item_count(),
                          [&](int i) { values[static_cast<std::size_t>(i)] = compare::item(i); });
    batches.stop(1);
    expect(values.back() == compare::item(compare::item_count() - 1), "parallel_for");
  }
}

}  // namespace pool_scenarios
