// bench/compare/floor/floor_bench.cpp
//
// Question: what would the scenarios of bench/compare cost, written by hand with nothing but what they need?
// Unit: see scenarios.tsv. The exception passes plain functions: there is no cheaper way in C++.
// Check: each counts what it did, and the count must be right.
#include <time.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "compare/floor/floor.hpp"
#include "compare/floor/pool_floor.hpp"
#include "compare/floor/timer_heap.hpp"
#include "compare/measure.hpp"

namespace {

using compare::expect;
using compare::measurement;
using hand::task;

constexpr int per_batch = 10'000;
constexpr int gathered = 1'000;

task one() { co_return 1; }

task yield() {
  for (measurement batches("yield"); batches.want_more();) {
    batches.start();
    for (int i = 0; i < per_batch; ++i) co_await hand::yield();
    batches.stop(per_batch);
  }
  co_return 0;
}

task yield_some(int times) {
  for (int i = 0; i < times; ++i) co_await hand::yield();
  co_return 0;
}

task yield_100() {
  for (measurement batches("yield_100"); batches.want_more();) {
    batches.start();
    std::vector<task> children;
    for (int i = 0; i < 100; ++i) children.push_back(yield_some(gathered));
    co_await hand::gather(children);
    batches.stop(100 * gathered);
  }
  co_return 0;
}

task spawn() {
  for (measurement batches("spawn"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      task child = one();
      child.spawn();
      sum += co_await child.join();
    }
    batches.stop(per_batch);
    expect(sum == per_batch, "spawn");
  }
  co_return 0;
}

task group_of_one() {
  for (measurement batches("group_of_one"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      task child = one();
      co_await hand::gather({&child, 1});
      sum += child.promise().value;
    }
    batches.stop(per_batch);
    expect(sum == per_batch, "group_of_one");
  }
  co_return 0;
}

task gather() {
  for (measurement batches("gather"); batches.want_more();) {
    int sum = 0;
    batches.start();
    std::vector<task> children;
    children.reserve(gathered);
    for (int i = 0; i < gathered; ++i) children.push_back(one());
    co_await hand::gather(children);
    for (const task& each : children) sum += each.promise().value;
    batches.stop(gathered);
    expect(sum == gathered, "gather");
  }
  co_return 0;
}

task answer(hand::item_queue& in, hand::item_queue& out) {
  for (int item = co_await in.get(); item != 0; item = co_await in.get()) out.put(item);
  co_return 0;
}

task queue_hop() {
  hand::item_queue there;
  hand::item_queue back;
  task other = answer(there, back);
  other.spawn();
  for (measurement batches("queue_hop"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch / 2; ++i) {
      there.put(2);
      sum += co_await back.get();
    }
    batches.stop(per_batch);
    expect(sum == per_batch, "queue_hop");
  }
  there.put(0);
  co_return co_await other.join();
}

task await_ready() {
  for (measurement batches("await_ready"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) sum += co_await one();
    batches.stop(per_batch);
    expect(sum == per_batch, "await_ready");
  }
  co_return 0;
}

task mutex() {
  hand::mutex free;
  for (measurement batches("mutex"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      co_await free.lock();
      ++sum;
      free.unlock();
    }
    batches.stop(per_batch);
    expect(sum == per_batch, "mutex");
  }
  co_return 0;
}

// -- Time --------------------------------------------------------------------------------------------------

hand::timer_heap timers;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct sleep : hand::timer {
  explicit sleep(std::chrono::microseconds delay) { when = now() + delay.count() * 1000; }
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    handle = waiting;
    timers.add(*this);
  }
  void await_resume() const noexcept {}
};

void run_timers() {
  for (hand::run_ready(); !timers.empty(); hand::run_ready()) {
    const timespec until{.tv_sec = timers.next() / 1'000'000'000, .tv_nsec = timers.next() % 1'000'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    for (const std::int64_t due = now(); !timers.empty() && timers.next() <= due;)
      hand::ready.push(timers.pop());
  }
}

task sleeper(std::chrono::microseconds delay, int& woken) {
  co_await sleep(delay);
  co_return ++woken;
}

task sleepers() {
  int woken = 0;
  std::vector<task> children;
  children.reserve(static_cast<std::size_t>(compare::sleeper_count()));
  for (int i = 0; i < compare::sleeper_count(); ++i)
    children.push_back(sleeper(compare::sleeper_delay(i), woken));
  co_await hand::gather(children);
  expect(woken == compare::sleeper_count(), "sleepers");
  compare::report_sleepers();
  co_return 0;
}

task timer() {
  std::vector<hand::timer> others(gathered);
  for (hand::timer& each : others) {
    each.when = now() + 3'600'000'000'000 + (&each - others.data()) * 1'000'000'000;
    timers.add(each);
  }
  for (measurement batches("timer"); batches.want_more();) {
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      hand::timer each;
      each.when = now() + 1'800'000'000'000;
      timers.add(each);
      timers.remove(each);
    }
    batches.stop(per_batch);
    expect(timers.size() == others.size(), "timer");
  }
  for (hand::timer& each : others) timers.remove(each);
  co_return 0;
}

// -- Stopping and failing ----------------------------------------------------------------------------------

// A leaf that waits for ever, in a line that it can be taken out of.
struct leaf : hand::node {
  leaf* before = nullptr;
  leaf* after = nullptr;
  static inline leaf* line = nullptr;
  static inline int waiting = 0;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept {
    handle = waiter;
    after = line;
    if (after != nullptr) after->before = this;
    line = this;
    ++waiting;
  }
  [[nodiscard]] int await_resume() const noexcept { return 0; }
  void withdraw() noexcept {
    (before != nullptr ? before->after : line) = after;
    if (after != nullptr) after->before = before;
    --waiting;
  }
};

task wait_in_one() { co_return co_await leaf(); }
task wait_in_two() { co_return co_await wait_in_one(); }
task wait_in_three() { co_return co_await wait_in_two(); }

// Each is taken out of the line, queued, and destroyed at its turn, as nothing may be under its caller's
// feet.
task cancel() {
  for (measurement batches("cancel"); batches.want_more();) {
    std::vector<task> children;
    children.reserve(gathered);
    for (int i = 0; i < gathered; ++i) children.push_back(wait_in_three());
    for (task& each : children) each.spawn();
    co_await hand::yield();
    expect(leaf::waiting == gathered, "cancel");
    std::size_t running = children.size();
    batches.start();
    hand::node_queue stopping;
    while (leaf::line != nullptr) {
      leaf& each = *leaf::line;
      each.withdraw();
      stopping.push(each);
    }
    while (!stopping.empty()) {
      stopping.pop();
      children[--running].destroy();
    }
    batches.stop(gathered);
    expect(running == 0 && leaf::waiting == 0, "cancel");
  }
  co_return 0;
}

[[gnu::noinline]] int fail_below(int frames) {
  if (frames == 1) throw 1;
  return fail_below(frames - 1) + 1;
}

task exception() {
  for (measurement batches("exception"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < gathered; ++i) {
      try {
        sum += fail_below(5);
      } catch (int thrown) {
        sum += thrown;
      }
    }
    batches.stop(gathered);
    expect(sum == gathered, "exception");
  }
  co_return 0;
}

task idle_task() {
  const double before = compare::resident_bytes();
  std::vector<task> children;
  children.reserve(static_cast<std::size_t>(compare::idle_count()));
  for (int i = 0; i < compare::idle_count(); ++i) children.push_back(wait_in_one());
  for (task& each : children) each.spawn();
  co_await hand::yield();
  expect(leaf::waiting == compare::idle_count(), "idle_task");
  compare::report("idle_task", (compare::resident_bytes() - before) / compare::idle_count(), "bytes");
  co_return 0;
}

// -- Another thread ----------------------------------------------------------------------------------------

// Two counters that the two threads sleep on: a futex each way.
task offload() {
  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;
  std::thread worker([&] {
    for (int seen = 0;;) {
      asked.wait(seen);
      seen = asked;
      if (seen < 0) return;
      answered = seen;
      answered.notify_one();
    }
  });
  for (measurement batches("offload"); batches.want_more();) {
    batches.start();
    for (int i = 0; i < 100; ++i) {
      const int before = answered;
      asked = before + 1;
      asked.notify_one();
      answered.wait(before);
    }
    batches.stop(100);
  }
  asked = -1;
  asked.notify_one();
  worker.join();
  co_return 0;
}

template <task (*Scenario)()>
void run_it() {
  task root = Scenario();
  root.spawn();
  run_timers();
  expect(root.done(), "the root task");
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
      {"pool_trip", pool_floor::pool_trip},
      {"pool_inside", pool_floor::pool_inside},
      {"pool_batch", pool_floor::pool_batch},
      {"pool_queued", pool_floor::pool_queued},
      {"fork_fib", pool_floor::fork_fib},
      {"fork_skynet", pool_floor::fork_skynet},
      {"parallel_for", pool_floor::parallel_for},
  };
  return compare::main_of(argc, argv, scenarios);
}
