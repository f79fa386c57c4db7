// bench/threading/thread_cost_bench.cpp
//
// Question: what does a thread cost, and from how many on is it the wrong means?
// Unit: one line of "kind, count, wall seconds, processor seconds, KiB"; a process measures one kind, so that
// its peak memory is that kind's own. thread_cost.py runs them all and writes the guide's page.
// Check: each counts what it did, and the count must be right.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/futures.hpp>
#include <overlap/threading.hpp>

namespace {

using namespace overlap;
using namespace std::chrono_literals;

constexpr auto wait_time = 100ms;
constexpr std::int64_t all_work = 400'000'000;  // steps of `compute`, about half a second of one core

std::atomic<int> done{0};

// Threads that do nothing, one after another: what starting and joining one takes.
void create(int count) {
  for (int i = 0; i < count; ++i) {
    threading::thread each([] { done.fetch_add(1, std::memory_order_relaxed); });
    each.start();
    each.join();
  }
}

void start_all(int count, void (*body)(int)) {
  std::vector<threading::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back(body, count).start();
  for (threading::thread& each : threads) each.join();
}

void wait_in_threads(int count) {
  start_all(count, [](int) {
    threading::event never;
    never.wait(wait_time);
    done.fetch_add(1, std::memory_order_relaxed);
  });
}

void wait_in_tasks(int count) {
  asyncio::run([](int tasks) -> asyncio::task<> {
    co_await asyncio::with(asyncio::task_group(), [tasks](asyncio::task_group& group) -> asyncio::task<> {
      for (int i = 0; i < tasks; ++i) {
        group.create_task([]() -> asyncio::task<> {
          co_await asyncio::sleep(wait_time);
          done.fetch_add(1, std::memory_order_relaxed);
        });
      }
      co_return;
    });
  }(count));
}

// A share of the work; the compiler cannot leave it out, as every step needs the one before.
void step(int shares) {
  std::uint32_t value = 1;
  for (std::int64_t i = 0; i < all_work / shares; ++i) value = value * 1664525U + 1013904223U;
  if (value == 0) std::puts("");
  done.fetch_add(1, std::memory_order_relaxed);
}

void compute_in_threads(int count) { start_all(count, step); }

void compute_in_pool(int count) {
  futures::thread_pool_executor pool;
  std::vector<futures::future<void>> shares;
  for (int i = 0; i < count; ++i) shares.push_back(pool.submit(step, count));
  for (auto& each : shares) each.result();
}

struct kind {
  std::string_view name;
  void (*run)(int count);
};
constexpr kind kinds[] = {{"create", create},
                          {"wait_in_threads", wait_in_threads},
                          {"wait_in_tasks", wait_in_tasks},
                          {"compute_in_threads", compute_in_threads},
                          {"compute_in_pool", compute_in_pool}};

double processor_seconds(const rusage& usage) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The most that this program has had in memory, in KiB. getrusage would count who has started it, too.
long peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "VmHWM:") continue;
    long kib = 0;
    status >> kib;
    return kib;
  }
  return 0;
}

bool measure(const kind& measured, int count) {
  const long memory_before = peak_memory();
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  const auto began = std::chrono::steady_clock::now();
  measured.run(count);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began;
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  if (done.exchange(0) != count) return false;
  std::printf("%.*s\t%d\t%.6f\t%.6f\t%ld\n", static_cast<int>(measured.name.size()), measured.name.data(),
              count, wall.count(), processor_seconds(after) - processor_seconds(before),
              peak_memory() - memory_before);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc == 3 ? std::atoi(argv[2]) : 2;
  bool found = false;
  for (const kind& each : kinds) {
    if (argc > 1 && each.name != argv[1] && std::strcmp(argv[1], "smoke") != 0) continue;
    found = true;
    if (!measure(each, count)) {
      std::fprintf(stderr, "the work was not done: %s\n", each.name.data());
      return 1;
    }
  }
  if (found && count > 0) return 0;
  std::fprintf(stderr, "usage: thread_cost_bench [smoke | KIND COUNT]; the kinds:");
  for (const kind& each : kinds) std::fprintf(stderr, " %s", each.name.data());
  std::fprintf(stderr, "\n");
  return 2;
}
