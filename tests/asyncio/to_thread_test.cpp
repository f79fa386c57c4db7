// tests/asyncio/to_thread_test.cpp
//
// Blocking work beside the loop. On the simulated backend jobs run on the loop's own thread, at their turn;
// so what waits for another thread is tested on the others.

#include <atomic>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/futures.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

class ToThread : public LoopTest {
 protected:
  [[nodiscard]] static bool has_threads() { return GetParam() != testing::backend::simulated; }
};
INSTANTIATE_TEST_SUITE_P(on, ToThread, all_backends(), backend_name);

TEST_P(ToThread, GivesWhatTheFunctionReturns) {
  run_on_loop([]() -> task<> {
    EXPECT_EQ(co_await to_thread([] { return 42; }), 42);
    EXPECT_EQ(co_await to_thread([](int left, int right) { return left - right; }, 5, 2), 3);
    co_await to_thread([] {});
    const auto unique =
        co_await to_thread([](std::unique_ptr<int> given) { return given; }, std::make_unique<int>(7));
    EXPECT_EQ(*unique, 7);
  });
}

TEST_P(ToThread, RunsOnAnotherThread) {
  run_on_loop([]() -> task<> {
    const std::thread::id here = std::this_thread::get_id();
    const std::thread::id there = co_await to_thread([] { return std::this_thread::get_id(); });
    EXPECT_EQ(there != here, has_threads());
  });
}

TEST_P(ToThread, ThrowsWhatTheFunctionThrows) {
  run_on_loop([]() -> task<> {
    EXPECT_THROW(co_await to_thread([] { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(co_await to_thread([] { return 1; }), 1);
  });
}

TEST_P(ToThread, NoLoopRunsThere) {
  run_on_loop([]() -> task<> {
    EXPECT_THROW(co_await to_thread([] { static_cast<void>(get_running_loop()); }), invalid_state_error);
    // So it may have one of its own.
    EXPECT_EQ(co_await to_thread([] { return run([]() -> task<int> { co_return 3; }()); }), 3);
  });
}

TEST_P(ToThread, TheLoopGoesOnMeanwhile) {
  if (!has_threads()) GTEST_SKIP() << "needs another thread";
  run_on_loop([this]() -> task<> {
    futures::promise<void> go_on;
    const auto blocked = [&go_on] { go_on.get_future().result(); };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      const auto waits = [&]() -> task<> {
        co_await to_thread(blocked);
        note("the call has ended");
      };
      group.create_task(waits);
      co_await sleep(0s);
      note("the loop goes on");
      go_on.set_result();
    });
  });
  EXPECT_THAT(log(), ElementsAre("the loop goes on", "the call has ended"));
}

TEST_P(ToThread, ThreeAtOnceOverlap) {
  if (!has_threads()) GTEST_SKIP() << "needs other threads";
  run_on_loop([]() -> task<> {
    // Each waits until all three are there: one after the other they would never be.
    std::atomic<int> there = 0;
    const auto meet = [&there] {
      ++there;
      for (int now = there; now < 3; now = there) there.wait(now);
      there.notify_all();
    };
    co_await gather(to_thread(meet), to_thread(meet), to_thread(meet));
    EXPECT_EQ(there, 3);
  });
}

// 76. Python's run_in_executor loses them (gh-78195).
TEST_P(ToThread, SeesTheCallersContextVariables) {
  static context_var<std::string> user("user", "nobody");
  run_on_loop([]() -> task<> {
    const auto kept = user.set("me");
    EXPECT_EQ(co_await to_thread([] { return user.get(); }), "me");
    const futures::thread_pool_executor pool;
    EXPECT_EQ(co_await run_in_executor(pool, [] { return user.get(); }), "me");
    // What the call sets is its own.
    co_await to_thread([] { static_cast<void>(user.set("somebody else")); });
    EXPECT_EQ(user.get(), "me");
  });
}

TEST_P(ToThread, ACallThatHasNotBegunNeverDoesWhenItIsCancelled) {
  live_counter captured;
  run_on_loop([&]() -> task<> {
    const auto called = [guard = captured.make()] { ADD_FAILURE() << "called"; };
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await to_thread(called);
    });
    {
      const auto dropped = to_thread(called);
    }
  });
  EXPECT_EQ(captured.alive(), 0);
}

TEST_P(ToThread, ARunningCallIsAskedToStopAndAwaited) {
  if (!has_threads()) GTEST_SKIP() << "needs another thread";
  run_on_loop([this]() -> task<> {
    futures::promise<void> began;
    bool local_was_alive = false;
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      co_await with(task_group(), [&](task_group& group) -> task<> {
        const auto calls = [&]() -> task<> {
          bool local = true;
          const auto runs_until_asked = [&](const std::stop_token& asked) {
            began.set_result();
            std::atomic<bool> stop = false;
            const std::stop_callback wake(asked, [&] {
              stop = true;
              stop.notify_all();
            });
            stop.wait(false);
            local_was_alive = local;  // the caller's frame is still there
            return 1;
          };
          co_await to_thread(runs_until_asked);
          note("its value was delivered");
          co_await sleep(0s);
          note("not reached: the next wait stops");
        };
        group.create_task(calls);
        co_await began.get_future();
        scope.cancel();
      });
    });
    EXPECT_TRUE(local_was_alive);
  });
  EXPECT_THAT(log(), ElementsAre("its value was delivered"));
}

TEST_P(ToThread, MayRunInAnExecutorOfOnesOwn) {
  run_on_loop([&]() -> task<> {
    const futures::thread_pool_executor pool(futures::thread_pool_options{.max_workers = 1});
    const std::thread::id first = co_await run_in_executor(pool, [] { return std::this_thread::get_id(); });
    const std::thread::id second = co_await run_in_executor(pool, [] { return std::this_thread::get_id(); });
    EXPECT_EQ(first, second);
    if (GetParam() == testing::backend::simulated) co_return;  // there are no other threads
    EXPECT_NE(first, std::this_thread::get_id());
  });
}

TEST_P(ToThread, AnExecutorThatHasBeenShutDownRefuses) {
  run_on_loop([]() -> task<> {
    futures::thread_pool_executor pool;
    pool.shutdown();
    EXPECT_THROW(co_await run_in_executor(pool, [] {}), invalid_state_error);
  });
}

TEST_P(ToThread, AThousandCallsAllComeBack) {
  run_on_loop([]() -> task<> {
    using call = decltype(to_thread([] { return 0; }));
    static_assert(awaitable<call>);
    std::vector<task<int>> calls;
    const auto one = [](int number) -> task<int> {
      co_return co_await to_thread([number] { return number; });
    };
    for (int number = 0; number < 1000; ++number) calls.push_back(one(number));
    const std::vector<int> values = co_await gather(std::move(calls));
    for (int number = 0; number < 1000; ++number) EXPECT_EQ(values[static_cast<std::size_t>(number)], number);
  });
}

}  // namespace
}  // namespace overlap::asyncio
