// bench/compare/libuv/libuv_bench.cpp
//
// Question: what do those scenarios of bench/compare cost with libuv that it has? It has callbacks and no
// tasks. Unit: see scenarios.tsv; a yield is a turn of the loop with one idle callback, a sleeper a timer.
// Check: each counts what it did, and the count must be right.
#include <uv.h>

#include <chrono>
#include <vector>

#include "compare/measure.hpp"

namespace {

using compare::expect;
using compare::measurement;

constexpr int per_batch = 10'000;
constexpr int others_count = 1'000;

uv_loop_t* loop() { return uv_default_loop(); }

int turns = 0;

void yield() {
  uv_idle_t idle;
  uv_idle_init(loop(), &idle);
  for (measurement batches("yield"); batches.want_more();) {
    turns = 0;
    uv_idle_start(&idle, [](uv_idle_t* handle) {
      if (++turns == per_batch) uv_idle_stop(handle);
    });
    batches.start();
    uv_run(loop(), UV_RUN_DEFAULT);
    batches.stop(per_batch);
    expect(turns == per_batch, "yield");
  }
}

int woken = 0;

void sleepers() {
  std::vector<uv_timer_t> timers(static_cast<std::size_t>(compare::sleeper_count()));
  for (std::size_t i = 0; i < timers.size(); ++i) {
    const auto delay =
        std::chrono::duration_cast<std::chrono::milliseconds>(compare::sleeper_delay(static_cast<int>(i)));
    uv_timer_init(loop(), &timers[i]);
    uv_timer_start(&timers[i], [](uv_timer_t*) { ++woken; }, static_cast<std::uint64_t>(delay.count()), 0);
  }
  uv_run(loop(), UV_RUN_DEFAULT);
  expect(woken == compare::sleeper_count(), "sleepers");
  compare::report_sleepers();
}

void timer() {
  const auto nothing = [](uv_timer_t*) {};
  std::vector<uv_timer_t> others(others_count);
  for (std::size_t i = 0; i < others.size(); ++i) {
    uv_timer_init(loop(), &others[i]);
    uv_timer_start(&others[i], nothing, 3'600'000 + 1000 * i, 0);
  }
  for (measurement batches("timer"); batches.want_more();) {
    uv_timer_t each;
    uv_timer_init(loop(), &each);
    batches.start();
    for (int i = 0; i < per_batch; ++i) {
      uv_update_time(loop());  // the others look at the clock for each timer, too
      uv_timer_start(&each, nothing, 1'800'000, 0);
      uv_timer_stop(&each);
    }
    batches.stop(per_batch);
    uv_close(reinterpret_cast<uv_handle_t*>(&each), nullptr);
    uv_run(loop(), UV_RUN_NOWAIT);
  }
  for (uv_timer_t& each : others) uv_timer_stop(&each);
}

int to_do = 0;

void queue_next(uv_work_t* work);

void work_is_done(uv_work_t* work, int) {
  if (--to_do > 0) queue_next(work);
}

void queue_next(uv_work_t* work) {
  uv_queue_work(loop(), work, [](uv_work_t*) {}, &work_is_done);
}

void offload() {
  for (measurement batches("offload"); batches.want_more();) {
    uv_work_t work;
    to_do = 100;
    batches.start();
    queue_next(&work);
    uv_run(loop(), UV_RUN_DEFAULT);
    batches.stop(100);
    expect(to_do == 0, "offload");
  }
}

}  // namespace

int main(int argc, char** argv) {
  static constexpr compare::scenario scenarios[] = {
      {"yield", yield}, {"sleepers", sleepers}, {"timer", timer}, {"offload", offload}};
  return compare::main_of(argc, argv, scenarios);
}
