// bench/compare/overlap/overlap_bench.cpp
//
// Question: what do the scenarios of bench/compare cost with overlap?
// Unit: see scenarios.tsv. Public headers only, and nothing that a user would not write.
// Check: each counts what it did, and the count must be right.
#include <chrono>
#include <utility>
#include <vector>

#include <overlap/asyncio.hpp>

#include "compare/measure.hpp"
#include "compare/overlap/pool_scenarios.hpp"

namespace {

using namespace overlap;
using namespace std::chrono_literals;
using asyncio::task;
using asyncio::task_group;
using compare::expect;
using compare::measurement;

constexpr int per_batch = 10'000;
constexpr int gathered = 1'000;

task<int> one() { co_return 1; }

task<> yield() {
  for (measurement batches("yield"); batches.want_more();) {
    batches.start();
    for (int i = 0; i < per_batch; ++i) co_await asyncio::sleep(duration());
    batches.stop(per_batch);
  }
}

task<> yield_some(int times) {
  for (int i = 0; i < times; ++i) co_await asyncio::sleep(duration());
}

task<> yield_100() {
  for (measurement batches("yield_100"); batches.want_more();) {
    batches.start();
    std::vector<task<>> children;
    for (int i = 0; i < 100; ++i) children.push_back(yield_some(gathered));
    co_await asyncio::gather(std::move(children));
    batches.stop(100 * gathered);
  }
}

task<> spawn() {
  for (measurement batches("spawn"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) sum += co_await asyncio::create_task(one());
    batches.stop(per_batch);
    expect(sum == per_batch, "spawn");
  }
}

task<> group_of_one() {
  for (measurement batches("group_of_one"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      co_await asyncio::with(task_group(), [&sum](task_group& group) -> task<> {
        group.create_task([&sum]() -> task<> {
          ++sum;
          co_return;
        });
        co_return;
      });
    }
    batches.stop(per_batch);
    expect(sum == per_batch, "group_of_one");
  }
}

task<> gather() {
  for (measurement batches("gather"); batches.want_more();) {
    int sum = 0;
    batches.start();
    std::vector<task<int>> children;
    children.reserve(gathered);
    for (int i = 0; i < gathered; ++i) children.push_back(one());
    for (int value : co_await asyncio::gather(std::move(children))) sum += value;
    batches.stop(gathered);
    expect(sum == gathered, "gather");
  }
}

// One item goes to and fro: two hops, and two switches of task, a round.
task<> queue_hop() {
  asyncio::queue<int> there;
  asyncio::queue<int> back;
  co_await asyncio::with(task_group(), [&](task_group& group) -> task<> {
    group.create_task([](asyncio::queue<int>& in, asyncio::queue<int>& out) -> task<> {
      while (auto item = co_await in.next()) out.put_nowait(*item);
    }(there, back));
    for (measurement batches("queue_hop"); batches.want_more();) {
      int sum = 0;
      batches.start();
      for (int i = 0; i < per_batch / 2; ++i) {
        there.put_nowait(2);
        sum += co_await back.get();
      }
      batches.stop(per_batch);
      expect(sum == per_batch, "queue_hop");
    }
    there.shutdown();
  });
}

task<> await_ready() {
  for (measurement batches("await_ready"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) sum += co_await one();
    batches.stop(per_batch);
    expect(sum == per_batch, "await_ready");
  }
}

task<> mutex() {
  asyncio::lock free;
  for (measurement batches("mutex"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      auto held = co_await free.acquire();
      ++sum;
    }
    batches.stop(per_batch);
    expect(sum == per_batch, "mutex");
  }
}

task<> sleepers() {
  int woken = 0;
  co_await asyncio::with(task_group(), [&woken](task_group& group) -> task<> {
    for (int i = 0; i < compare::sleeper_count(); ++i) {
      group.create_task([](std::chrono::microseconds delay, int& count) -> task<> {
        co_await asyncio::sleep(delay);
        ++count;
      }(compare::sleeper_delay(i), woken));
    }
    co_return;
  });
  expect(woken == compare::sleeper_count(), "sleepers");
  compare::report_sleepers();
}

// Three frames, the innermost of which waits for what never comes.
task<> wait_in_one(asyncio::event& never) { co_await never.wait(); }
task<> wait_in_two(asyncio::event& never) { co_await wait_in_one(never); }
task<> wait_in_three(asyncio::event& never) { co_await wait_in_two(never); }

task<> cancel() {
  asyncio::event never;
  for (measurement batches("cancel"); batches.want_more();) {
    co_await asyncio::with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < gathered; ++i) group.create_task(wait_in_three(never));
      co_await asyncio::sleep(duration());
      expect(never.statistics().tasks_waiting == gathered, "cancel");
      batches.start();
      group.cancel();
    });
    batches.stop(gathered);
    expect(never.statistics().tasks_waiting == 0, "cancel");
  }
}

task<int> fail_below(int frames) {
  if (frames == 1) throw 1;
  co_return co_await fail_below(frames - 1);
}

task<> exception() {
  for (measurement batches("exception"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < gathered; ++i) {
      try {
        co_await fail_below(5);
      } catch (int thrown) {
        sum += thrown;
      }
    }
    batches.stop(gathered);
    expect(sum == gathered, "exception");
  }
}

task<> timer() {
  std::vector<asyncio::callback_handle> others;
  asyncio::event_loop timers = asyncio::get_running_loop();
  for (int i = 0; i < gathered; ++i) others.push_back(timers.call_later(1h + 1s * i, [] {}));
  for (measurement batches("timer"); batches.want_more();) {
    batches.start();
    for (int i = 0; i < per_batch; ++i) timers.call_later(30min, [] {}).cancel();
    batches.stop(per_batch);
  }
  for (auto& each : others) each.cancel();
  co_return;
}

task<> idle_task() {
  asyncio::event never;
  const double before = compare::resident_bytes();
  co_await asyncio::with(task_group(), [&](task_group& group) -> task<> {
    for (int i = 0; i < compare::idle_count(); ++i) group.create_task(wait_in_one(never));
    co_await asyncio::sleep(duration());
    compare::report("idle_task", (compare::resident_bytes() - before) / compare::idle_count(), "bytes");
    group.cancel();
  });
}

task<> offload() {
  for (measurement batches("offload"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < 100; ++i) sum += co_await asyncio::to_thread([] { return 1; });
    batches.stop(100);
    expect(sum == 100, "offload");
  }
}

template <task<> (*Scenario)()>
void run_it() {
  asyncio::run(Scenario());
}

}  // namespace

int main(int argc, char** argv) {
  static constexpr compare::scenario scenarios[] = {
      {"yield", run_it<yield>},
      {"yield_100", run_it<yield_100>},
      {"spawn", run_it<spawn>},
      {"group_of_one", run_it<group_of_one>},
      {"gather", run_it<gather>},
      {"queue_hop", run_it<queue_hop>},
      {"await_ready", run_it<await_ready>},
      {"mutex", run_it<mutex>},
      {"sleepers", run_it<sleepers>},
      {"cancel", run_it<cancel>},
      {"exception", run_it<exception>},
      {"timer", run_it<timer>},
      {"idle_task", run_it<idle_task>},
      {"offload", run_it<offload>},
      {"pool_trip", pool_scenarios::pool_trip},
      {"pool_inside", pool_scenarios::pool_inside},
      {"pool_batch", pool_scenarios::pool_batch},
      {"pool_queued", pool_scenarios::pool_queued},
      {"fork_fib", pool_scenarios::fork_fib},
      {"fork_skynet", pool_scenarios::fork_skynet},
      {"parallel_for", pool_scenarios::parallel_for},
  };
  return compare::main_of(argc, argv, scenarios);
}
