// tests/asyncio/to_thread_limiter_test.cpp
//
// Blocking calls under a limit. On the simulated backend jobs run on the loop's own thread, at their turn; so
// what waits inside of a job is tested on the others.

#include <atomic>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/futures.hpp>

#include "asyncio/cancel_everywhere.hpp"
#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

class ToThreadLimiter : public LoopTest {
 protected:
  [[nodiscard]] static bool has_threads() { return GetParam() != testing::backend::simulated; }
};
INSTANTIATE_TEST_SUITE_P(on, ToThreadLimiter, all_backends(), backend_name);

TEST_P(ToThreadLimiter, GivesWhatTheFunctionReturnsAndTheTokenBack) {
  run_on_loop([]() -> task<> {
    capacity_limiter limiter(1);
    EXPECT_EQ(
        co_await to_thread({.limiter = &limiter}, [](int left, int right) { return left - right; }, 5, 2), 3);
    co_await to_thread({.limiter = &limiter}, [] {});
    const auto unique = co_await to_thread(
        {.limiter = &limiter}, [](std::unique_ptr<int> given) { return given; }, std::make_unique<int>(7));
    EXPECT_EQ(*unique, 7);
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
}

TEST_P(ToThreadLimiter, WithoutALimiterItIsAnyOtherCall) {
  run_on_loop([]() -> task<> { EXPECT_EQ(co_await to_thread(to_thread_options(), [] { return 1; }), 1); });
}

TEST_P(ToThreadLimiter, AnErrorGivesTheTokenBackToo) {
  run_on_loop([]() -> task<> {
    capacity_limiter limiter(1);
    const auto fails = [] { throw std::runtime_error("no"); };
    EXPECT_THROW(co_await to_thread({.limiter = &limiter}, fails), std::runtime_error);
    futures::thread_pool_executor closed(1);
    get_running_loop().set_default_executor(closed);
    closed.shutdown();
    EXPECT_THROW(co_await to_thread({.limiter = &limiter}, fails), invalid_state_error);
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
}

// The calls of one task, which may hold a token itself.
TEST_P(ToThreadLimiter, EachCallIsABorrowerOfItsOwn) {
  run_on_loop([]() -> task<> {
    capacity_limiter limiter(3);
    const auto own = co_await limiter.acquire();
    const auto one = [] { return 1; };
    auto [first, second, third] =
        co_await gather(to_thread({.limiter = &limiter}, one), to_thread({.limiter = &limiter}, one),
                        to_thread({.limiter = &limiter}, one));
    EXPECT_EQ(first + second + third, 3);
    EXPECT_EQ(limiter.borrowed_tokens(), 1U);
  });
}

TEST_P(ToThreadLimiter, NoMoreCallsRunAtOnceThanThereAreTokens) {
  run_on_loop([]() -> task<> {
    capacity_limiter limiter(2);
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    const auto call = [&] {
      const int now = ++running;
      for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
      }
      --running;
    };
    std::vector<task<>> calls;
    for (int i = 0; i < 200; ++i) calls.push_back(to_thread({.limiter = &limiter}, call));
    co_await gather(std::move(calls));
    EXPECT_GE(most, 1);
    EXPECT_LE(most, 2);
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
}

TEST_P(ToThreadLimiter, AWaitForATokenStopsAtOnceAndTheFunctionIsNeverCalled) {
  live_counter captured;
  capacity_limiter limiter(1);
  run_on_loop([&]() -> task<> {
    const auto taken = co_await limiter.acquire();
    {
      const auto called = [guard = captured.make()] { ADD_FAILURE() << "called"; };
      co_await with(task_group(), [&](task_group& group) -> task<> {
        auto waiting = group.create_task(to_thread({.limiter = &limiter}, called));
        co_await wait_all_tasks_blocked();
        EXPECT_EQ(limiter.statistics().tasks_waiting, 1U);
        waiting.cancel();
        co_await sleep(0s);
        EXPECT_TRUE(waiting.cancelled());
        EXPECT_EQ(limiter.statistics().tasks_waiting, 0U);
      });
      const auto dropped = to_thread({.limiter = &limiter}, called);
    }
    EXPECT_EQ(captured.alive(), 0);
  });
}

TEST_P(ToThreadLimiter, InACancelledScopeNoTokenIsTaken) {
  capacity_limiter limiter(1);
  run_on_loop([&]() -> task<> {
    const auto called = [] { ADD_FAILURE() << "called"; };
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await to_thread({.limiter = &limiter}, called);
      ADD_FAILURE() << "it goes on";
    });
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
}

// The token stands for the thread, not for the caller's patience.
TEST_P(ToThreadLimiter, ACancelledCallKeepsItsTokenUntilItHasReallyEnded) {
  if (!has_threads()) GTEST_SKIP() << "needs another thread";
  run_on_loop([this]() -> task<> {
    capacity_limiter limiter(1);
    futures::promise<void> began;
    futures::promise<void> go_on;
    const auto deaf = [&] {
      began.set_result();
      go_on.get_future().result();
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto first = group.create_task(to_thread({.limiter = &limiter}, deaf));
      co_await began.get_future();
      auto second = group.create_task([&]() -> task<> {
        co_await to_thread({.limiter = &limiter}, [] {});
        note("the second call");
      });
      first.cancel();
      for (int turn = 0; turn < 10; ++turn) co_await sleep(0s);
      EXPECT_FALSE(first.done());
      EXPECT_EQ(limiter.borrowed_tokens(), 1U);
      EXPECT_EQ(limiter.statistics().tasks_waiting, 1U);
      note("the first call ends");
      go_on.set_result();
      co_await second;
      EXPECT_TRUE(first.done());
    });
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
  EXPECT_THAT(log(), ElementsAre("the first call ends", "the second call"));
}

TEST_P(ToThreadLimiter, ARunningCallIsAskedToStop) {
  if (!has_threads()) GTEST_SKIP() << "needs another thread";
  run_on_loop([]() -> task<> {
    capacity_limiter limiter(1);
    futures::promise<void> began;
    const auto runs_until_asked = [&](const std::stop_token& asked) {
      began.set_result();
      std::atomic<bool> stop = false;
      const std::stop_callback wake(asked, [&] {
        stop = true;
        stop.notify_all();
      });
      stop.wait(false);
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto call = group.create_task(to_thread({.limiter = &limiter}, runs_until_asked));
      co_await began.get_future();
      call.cancel();
    });
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
}

TEST_P(ToThreadLimiter, CancelledAtEachWaitItLosesNoToken) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    // Not on the stack of the program: what is left of it shows after the program has gone.
    const auto limiter = std::make_shared<capacity_limiter>(1);
    const auto check = [limiter](int* counted) {
      EXPECT_EQ(limiter->borrowed_tokens(), 0U);
      EXPECT_EQ(limiter->statistics().tasks_waiting, 0U);
      delete counted;
    };
    const std::unique_ptr<int, decltype(check)> checked(new int, check);
    {
      const auto held = co_await limiter->acquire();
      co_await sleep(1ms);
    }
    auto first = [kept = around.frames.make()] { return 1; };
    auto second = [kept = around.frames.make()] { return 2; };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      const auto holds = [&]() -> task<> {
        const auto held = co_await limiter->acquire();
        co_await sleep(2ms);
      };
      group.create_task(holds);
      auto [one, two] = co_await gather(to_thread({.limiter = limiter.get()}, first),
                                        to_thread({.limiter = limiter.get()}, second));
      EXPECT_EQ(one + two, 3);
    });
    co_await sleep(1ms);
  });
}

}  // namespace
}  // namespace overlap::asyncio
