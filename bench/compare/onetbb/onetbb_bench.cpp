// bench/compare/onetbb/onetbb_bench.cpp
//
// Question: what do those scenarios of bench/compare cost with oneTBB that it has? Its tasks are functions
// that run to their end: they can be spawned and awaited, nothing else. Unit: see scenarios.tsv. Limited to
// one thread, as all others are, but for the scenarios of pools, which have two. Check: each counts what it
// did, and the count must be right.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_invoke.h>
#include <oneapi/tbb/task_group.h>

#include <atomic>
#include <cstring>
#include <vector>

#include "compare/measure.hpp"
// After measure.hpp.
#include "compare/fork_work.hpp"

namespace {

using compare::expect;
using compare::measurement;

constexpr int per_batch = 10'000;
constexpr int gathered = 1'000;

void spawn() {
  tbb::task_group group;
  for (measurement batches("spawn"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      group.run([&sum] { ++sum; });
      group.wait();
    }
    batches.stop(per_batch);
    expect(sum == per_batch, "spawn");
  }
}

void gather_in(const char* scenario, int children, int rounds) {
  for (measurement batches(scenario); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int round = 0; round < rounds; ++round) {
      tbb::task_group group;
      for (int i = 0; i < children; ++i) group.run([&sum] { ++sum; });
      group.wait();
    }
    batches.stop(std::int64_t{rounds} * children);
    expect(sum == rounds * children, scenario);
  }
}
void group_of_one() { gather_in("group_of_one", 1, per_batch); }
void gather() { gather_in("gather", gathered, 1); }

void jobs_in(const char* scenario, int size, int rounds) {
  for (measurement batches(scenario); batches.want_more();) {
    std::atomic<int> sum{0};
    batches.start();
    for (int round = 0; round < rounds; ++round) {
      tbb::task_group group;
      for (int i = 0; i < size; ++i) group.run([&sum] { sum.fetch_add(1, std::memory_order_relaxed); });
      group.wait();
    }
    batches.stop(std::int64_t{rounds} * size);
    expect(sum == rounds * size, scenario);
  }
}
void pool_inside() { jobs_in("pool_inside", 1, 1'000); }
void pool_batch() { jobs_in("pool_batch", 1'000, 1); }
void pool_queued() { jobs_in("pool_queued", compare::is_quick ? 1'000 : 1'000'000, 1); }

long fib(int n) {
  if (n < 2) return n;
  long one = 0;
  long two = 0;
  tbb::parallel_invoke([&] { one = fib(n - 1); }, [&] { two = fib(n - 2); });
  return one + two;
}
void fork_fib() {
  for (measurement batches("fork_fib", "ms"); batches.want_more();) {
    batches.start();
    const long result = fib(compare::fib_of());
    batches.stop(1);
    expect(result == compare::fib_result(), "fork_fib");
  }
}

long skynet(long first, long size) {
  if (size == 1) return first;
  long parts[10];
  tbb::parallel_for(0, 10, [&](int i) { parts[i] = skynet(first + i * size / 10, size / 10); });
  long sum = 0;
  for (const long part : parts) sum += part;
  return sum;
}
void fork_skynet() {
  for (measurement batches("fork_skynet", "ms"); batches.want_more();) {
    batches.start();
    const long sum = skynet(0, compare::skynet_size());
    batches.stop(1);
    expect(sum == compare::skynet_result(), "fork_skynet");
  }
}

void parallel_for() {
  std::vector<double> values(static_cast<std::size_t>(compare::item_count()));
  for (measurement batches("parallel_for", "ms"); batches.want_more();) {
    batches.start();
    tbb::parallel_for(0, compare::item_count(),
                      [&](int i) { values[static_cast<std::size_t>(i)] = compare::item(i); });
    batches.stop(1);
    expect(values.back() == compare::item(compare::item_count() - 1), "parallel_for");
  }
}

bool wants_two_threads(const char* scenario) {
  return std::strncmp(scenario, "pool_", 5) == 0 || std::strncmp(scenario, "fork_", 5) == 0 ||
         std::strcmp(scenario, "parallel_for") == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                    argc > 1 && wants_two_threads(argv[1]) ? 2 : 1);
  static constexpr compare::scenario scenarios[] = {
      {"spawn", spawn},
      {"group_of_one", group_of_one},
      {"gather", gather},
      {"pool_inside", pool_inside},
      {"pool_batch", pool_batch},
      {"pool_queued", pool_queued},
      {"fork_fib", fork_fib},
      {"fork_skynet", fork_skynet},
      {"parallel_for", parallel_for},
  };
  return compare::main_of(argc, argv, scenarios);
}
