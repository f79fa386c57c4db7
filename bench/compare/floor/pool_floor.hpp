// bench/compare/floor/pool_floor.hpp
//
// The least that can be written for the scenarios of thread pools: one worker thread that spins, a ring of
// numbers instead of functions, no errors, no end but the program's.
//
// Threads: main, and one worker.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "compare/measure.hpp"
// After measure.hpp.
#include "compare/fork_work.hpp"

namespace pool_floor {

using compare::expect;
using compare::measurement;

/// A thread that answers each number put into its ring.
class ring_worker {
 public:
  explicit ring_worker(std::size_t size)
      : items_(size), thread_([this](const std::stop_token& stop) { work(stop); }) {}

  void submit(int value) {
    items_[submitted_ % items_.size()] = value;
    added_.store(++submitted_, std::memory_order_release);
  }
  int result(std::uint64_t number) {
    while (done_.load(std::memory_order_acquire) <= number) std::this_thread::yield();
    return items_[number % items_.size()];
  }

 private:
  void work(const std::stop_token& stop) {
    for (std::uint64_t next = 0; !stop.stop_requested();) {
      if (added_.load(std::memory_order_acquire) == next) {
        std::this_thread::yield();
        continue;
      }
      items_[next % items_.size()] += 1;
      done_.store(++next, std::memory_order_release);
    }
  }

  std::vector<int> items_;
  std::uint64_t submitted_ = 0;
  alignas(64) std::atomic<std::uint64_t> added_{0};
  alignas(64) std::atomic<std::uint64_t> done_{0};
  std::jthread thread_;
};

inline void batches_of(const char* scenario, int size, int rounds) {
  ring_worker worker(static_cast<std::size_t>(size));
  std::uint64_t first = 0;
  for (measurement batches(scenario); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < size; ++i) worker.submit(0);
      for (int i = 0; i < size; ++i) sum += worker.result(first++);
    }
    batches.stop(std::int64_t{size} * rounds);
    expect(sum == size * rounds, scenario);
  }
}
inline void pool_trip() { batches_of("pool_trip", 1, 1'000); }
inline void pool_batch() { batches_of("pool_batch", 1'000, 1); }
inline void pool_queued() { batches_of("pool_queued", compare::is_quick ? 1'000 : 1'000'000, 1); }

inline void pool_inside() {
  for (measurement batches("pool_inside"); batches.want_more();) {
    int sum = 0;
    batches.start();
    for (int i = 0; i < 1'000; ++i) {
      auto* job = new int(1);
      asm volatile("" : "+r"(job));
      sum += *job;
      delete job;
    }
    batches.stop(1'000);
    expect(sum == 1'000, "pool_inside");
  }
}

[[gnu::noinline]] inline long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
inline void fork_fib() {
  for (measurement batches("fork_fib", "ms"); batches.want_more();) {
    batches.start();
    const long result = fib(compare::fib_of());
    batches.stop(1);
    expect(result == compare::fib_result(), "fork_fib");
  }
}

[[gnu::noinline]] inline long skynet(long first, long size) {
  if (size == 1) return first;
  long sum = 0;
  for (int i = 0; i < 10; ++i) sum += skynet(first + i * size / 10, size / 10);
  return sum;
}
inline void fork_skynet() {
  for (measurement batches("fork_skynet", "ms"); batches.want_more();) {
    batches.start();
    const long sum = skynet(0, compare::skynet_size());
    batches.stop(1);
    expect(sum == compare::skynet_result(), "fork_skynet");
  }
}

inline void parallel_for() {
  std::vector<double> values(static_cast<std::size_t>(compare::item_count()));
  const auto half = [&values](int first, int last) {
    for (int i = first; i < last; ++i) values[static_cast<std::size_t>(i)] = compare::item(i);
  };
  for (measurement batches("parallel_for", "ms"); batches.want_more();) {
    batches.start();
    {
      const std::jthread other(half, compare::item_count() / 2, compare::item_count());
      half(0, compare::item_count() / 2);
    }
    batches.stop(1);
    expect(values.back() == compare::item(compare::item_count() - 1), "parallel_for");
  }
}

}  // namespace pool_floor
