// tests/asyncio/run_coroutine_threadsafe_test.cpp
//
// Work for a loop, from another thread. The main task always waits for that thread, so that nothing depends
// on which is faster.

#include <optional>
#include <stdexcept>
#include <thread>

#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/futures.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

class RunCoroutineThreadsafe : public LoopTest {
 protected:
  /// Calls `elsewhere(loop)` in another thread, while a loop runs here until it has returned.
  template <class Function>
  void beside_a_loop(Function elsewhere) {
    run_on_loop([&]() -> task<> {
      futures::promise<void> ended;
      std::thread other([&, loop = get_running_loop()] {
        elsewhere(loop);
        ended.set_result();
      });
      co_await ended.get_future();
      other.join();
    });
  }
};
INSTANTIATE_TEST_SUITE_P(on, RunCoroutineThreadsafe, all_backends(), backend_name);

task<int> twice(int number) {
  co_await sleep(0s);
  co_return 2 * number;
}

// 75.
TEST_P(RunCoroutineThreadsafe, GivesTheResultToTheOtherThread) {
  beside_a_loop([](event_loop loop) {
    EXPECT_EQ(run_coroutine_threadsafe(twice(21), loop).result(), 42);
    EXPECT_EQ(run_coroutine_threadsafe([]() -> task<int> { co_return 7; }, loop).result(), 7);
  });
}

TEST_P(RunCoroutineThreadsafe, RunsOnTheLoopsThread) {
  const std::thread::id here = std::this_thread::get_id();
  beside_a_loop([&](event_loop loop) {
    const auto ask = []() -> task<std::thread::id> { co_return std::this_thread::get_id(); };
    EXPECT_EQ(run_coroutine_threadsafe(ask(), loop).result(), here);
  });
}

TEST_P(RunCoroutineThreadsafe, GivesTheErrorToTheOtherThreadAndToNobodyElse) {
  beside_a_loop([](event_loop loop) {
    const auto fails = []() -> task<> {
      co_await sleep(0s);
      throw std::runtime_error("no");
    };
    EXPECT_THROW(run_coroutine_threadsafe(fails(), loop).result(), std::runtime_error);
  });
}

// 75.
TEST_P(RunCoroutineThreadsafe, CancellingTheFutureCancelsTheTask) {
  live_counter frames;
  beside_a_loop([&](event_loop loop) {
    futures::promise<void> began;
    futures::promise<void> cleaned;
    const auto waits = [&]() -> task<> {
      const auto guard = frames.make();
      began.set_result();
      co_await finally([] { return sleep(1h); },
                       [&]() -> task<> {
                         cleaned.set_result();
                         co_return;
                       });
    };
    auto future = run_coroutine_threadsafe(waits(), loop);
    began.get_future().result();
    EXPECT_TRUE(future.cancel());
    cleaned.get_future().result();
    EXPECT_TRUE(future.cancelled());
    EXPECT_THROW(future.result(), cancelled_error);
  });
  EXPECT_EQ(frames.alive(), 0);
}

// 75.
TEST_P(RunCoroutineThreadsafe, ATimeOutOfTheResultCancelsNothing) {
  beside_a_loop([](event_loop loop) {
    futures::promise<int> go_on;
    const auto waits = [&]() -> task<int> { co_return co_await go_on.get_future(); };
    auto future = run_coroutine_threadsafe(waits(), loop);
    EXPECT_THROW(future.result(duration()), timeout_error);
    go_on.set_result(3);
    EXPECT_EQ(future.result(), 3);
  });
}

TEST_P(RunCoroutineThreadsafe, ATaskThatIsCancelledInTheLoopCancelsTheFuture) {
  beside_a_loop([](event_loop loop) {
    const auto cancels_itself = []() -> task<> {
      current_task().cancel();
      co_await sleep(1h);
    };
    EXPECT_THROW(run_coroutine_threadsafe(cancels_itself(), loop).result(), cancelled_error);
  });
}

TEST_P(RunCoroutineThreadsafe, WhatTheLoopEndsWithIsCancelled) {
  std::optional<futures::future<void>> left;
  run_on_loop([&]() -> task<> {
    std::thread([&, loop = get_running_loop()] {
      left = run_coroutine_threadsafe([]() -> task<> { co_await sleep(1h); }, loop);
    }).join();
    co_return;
  });
  EXPECT_TRUE(left->cancelled());
}

// 75.
TEST_P(RunCoroutineThreadsafe, ALoopThatHasEndedRefuses) {
  std::optional<event_loop> ended;
  run_on_loop([&]() -> task<> {
    ended = get_running_loop();
    co_return;
  });
  live_counter frames;
  const auto never = [guard = frames.make()]() -> task<> { co_return; };
  EXPECT_THROW(run_coroutine_threadsafe(never, *ended), invalid_state_error);
}

// 76.
TEST_P(RunCoroutineThreadsafe, SeesTheContextOfTheCallingThread) {
  static context_var<int> number("number", 0);
  beside_a_loop([](event_loop loop) {
    const auto kept = number.set(8);
    const auto ask = []() -> task<int> { co_return number.get(); };
    EXPECT_EQ(run_coroutine_threadsafe(ask(), loop).result(), 8);
  });
}

TEST_P(RunCoroutineThreadsafe, ATaskOfAnotherLoopMayAwaitIt) {
  beside_a_loop([](event_loop first) {
    const auto asks = [&]() -> task<int> { co_return co_await run_coroutine_threadsafe(twice(4), first); };
    EXPECT_EQ(run(asks()), 8);
  });
}

}  // namespace
}  // namespace overlap::asyncio
