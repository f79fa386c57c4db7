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

task<> acquire_free_lock() {
  asyncio::lock lock;
  std::int64_t sum = 0;
  for (int i = 0; i < per_run; ++i) {
    const auto held = co_await lock.acquire();
    ++sum;
  }
  check(sum);
}

// Each round both tasks get the lock once, from each other.
task<> hand_lock_over() {
  asyncio::lock lock;
  std::int64_t sum = 0;
  const auto taker = [&]() -> task<> {
    for (int i = 0; i < per_run / 2; ++i) {
      const auto held = co_await lock.acquire();
      co_await asyncio::sleep(duration());
      ++sum;
    }
  };
  co_await asyncio::gather(taker(), taker());
  check(sum);
}

task<> acquire_free_tokens() {
  asyncio::capacity_limiter limiter(1);
  std::int64_t sum = 0;
  for (int i = 0; i < per_run; ++i) {
    const auto token = co_await limiter.acquire();
    ++sum;
  }
  check(sum);
}

// The two tasks take turns: each put meets a getter that waits, and each item is one switch.
task<> hop_through_queue() {
  asyncio::queue<int> there(1);
  std::int64_t sum = 0;
  co_await asyncio::gather(
      [](asyncio::queue<int>& items) -> task<> {
        for (int i = 0; i < per_run; ++i) co_await items.put(1);
        items.shutdown();
      }(there),
      [](asyncio::queue<int>& items, std::int64_t& got) -> task<> {
        while (auto item = co_await items.next()) got += *item;
      }(there, sum));
  check(sum);
}

// One item goes to and fro: two hops, and two switches, a round.
task<> hop_to_and_fro() {
  asyncio::queue<int> there;
  asyncio::queue<int> back;
  std::int64_t sum = 0;
  co_await asyncio::gather(
      [](asyncio::queue<int>& out, asyncio::queue<int>& in, std::int64_t& hops) -> task<> {
        for (int i = 0; i < per_run / 2; ++i) {
          out.put_nowait(1);
          hops += 1 + co_await in.get();
        }
        out.shutdown();
      }(there, back, sum),
      [](asyncio::queue<int>& in, asyncio::queue<int>& out) -> task<> {
        while (auto item = co_await in.next()) out.put_nowait(*item);
      }(there, back));
  check(sum);
}

task<> hop_through_channel(std::size_t capacity) {
  auto [sender, receiver] = asyncio::open_channel<int>(capacity);
  std::int64_t sum = 0;
  co_await asyncio::gather(
      [](asyncio::channel_sender<int> items) -> task<> {
        for (int i = 0; i < per_run; ++i) co_await items.send(1);
      }(std::move(sender)),
      [](asyncio::channel_receiver<int> items, std::int64_t& got) -> task<> {
        while (auto item = co_await items.next()) got += *item;
      }(std::move(receiver), sum));
  check(sum);
}
task<> hop_through_rendezvous() { return hop_through_channel(0); }
task<> hop_through_short_channel() { return hop_through_channel(64); }

task<> put_and_get_alone() {
  asyncio::queue<int> items;
  std::int64_t sum = 0;
  for (int i = 0; i < per_run; ++i) {
    co_await items.put(1);
    sum += co_await items.get();
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
BENCHMARK_CAPTURE(run_all, lock_free, &acquire_free_lock);
BENCHMARK_CAPTURE(run_all, lock_handed_over, &hand_lock_over);
BENCHMARK_CAPTURE(run_all, capacity_limiter_free, &acquire_free_tokens);
BENCHMARK_CAPTURE(run_all, queue_put_and_get_alone, &put_and_get_alone);
BENCHMARK_CAPTURE(run_all, queue_hop_between_two_tasks, &hop_through_queue);
BENCHMARK_CAPTURE(run_all, queue_hop_to_and_fro, &hop_to_and_fro);
BENCHMARK_CAPTURE(run_all, channel_hop_rendezvous, &hop_through_rendezvous);
BENCHMARK_CAPTURE(run_all, channel_hop_capacity_64, &hop_through_short_channel);
BENCHMARK_CAPTURE(run_all, cancel_waiting_task, &cancel_waiting_tasks);

}  // namespace
