// bench/compare/onetbb/onetbb_bench.cpp
//
// Question: what do those scenarios of bench/compare cost with oneTBB that it has? Its tasks are functions
// that run to their end: they can be spawned and awaited, nothing else. Unit: see scenarios.tsv. Limited to
// one thread, as all others are. Check: each counts what it did, and the count must be right.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_group.h>

#include "compare/measure.hpp"

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

}  // namespace

int main(int argc, char** argv) {
  const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
  static constexpr compare::scenario scenarios[] = {
      {"spawn", spawn}, {"group_of_one", group_of_one}, {"gather", gather}};
  return compare::main_of(argc, argv, scenarios);
}
