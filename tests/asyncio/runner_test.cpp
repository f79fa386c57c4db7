// tests/asyncio/runner_test.cpp
//
// One loop for several main tasks. These run on the real reactor and wait for nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

namespace overlap::asyncio {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

task<int> answer() {
  co_await sleep(0s);
  co_return 42;
}

TEST(Runner, RunsOneAfterTheOther) {
  runner several;
  EXPECT_EQ(several.run(answer()), 42);
  const auto [first, second] = several.run(gather(answer(), answer()));
  EXPECT_EQ(first + second, 84);
  several.close();
}

TEST(Runner, ThrowsTheErrorAndStaysUsable) {
  runner several;
  const auto fail = []() -> task<> {
    co_await sleep(0s);
    throw std::runtime_error("no");
  };
  EXPECT_THROW(several.run(fail()), std::runtime_error);
  EXPECT_EQ(several.run(answer()), 42);
}

// 72. What a main task sets is seen by the next, and by nobody else.
TEST(Runner, KeepsItsContextBetweenRuns) {
  context_var<int> number("number", 0);
  const auto next = [&]() -> task<int> {
    number.set(number.get() + 1);
    co_return number.get();
  };
  runner several;
  EXPECT_EQ(several.run(next()), 1);
  EXPECT_EQ(several.run(next()), 2);
  EXPECT_EQ(number.get(), 0);
  several.close();
  runner other;
  EXPECT_EQ(other.run(next()), 1);
}

TEST(Runner, ATokenOfOneRunIsGoodInTheNext) {
  context_var<int> number("number", 0);
  runner several;
  std::optional<context_token<int>> before;
  several.run([&]() -> task<> {
    before.emplace(number.set(7));
    co_return;
  }());
  several.run([&]() -> task<> {
    number.reset(std::move(*before));
    EXPECT_EQ(number.get(), 0);
    co_return;
  }());
}

TEST(Runner, BackgroundTasksGoOnInTheNextRun) {
  std::vector<std::string> events;
  semaphore go_on(1);
  std::optional<semaphore::permit> closed = go_on.try_acquire();
  runner several;
  const auto background = [&]() -> task<> {
    events.emplace_back("begins");
    co_await go_on.acquire();
    events.emplace_back("ends");
  };
  several.run([&]() -> task<> {
    create_task(background);
    co_await sleep(0s);
  }());
  EXPECT_THAT(events, ElementsAre("begins"));
  several.run([&]() -> task<> {
    closed.reset();
    co_await sleep(0s);
  }());
  EXPECT_THAT(events, ElementsAre("begins", "ends"));
}

TEST(Runner, CloseCancelsAndAwaitsWhatIsLeft) {
  std::vector<std::string> events;
  runner several;
  const auto background = [&]() -> task<> {
    co_await finally([] { return sleep(1h); },
                     [&]() -> task<> {
                       co_await sleep(0s);
                       events.emplace_back("cleaned up");
                     });
  };
  several.run([&]() -> task<> {
    create_task(background);
    co_await sleep(0s);
  }());
  several.close();
  EXPECT_THAT(events, ElementsAre("cleaned up"));
  several.close();
  EXPECT_THAT(events, ElementsAre("cleaned up"));
}

TEST(Runner, CloseThrowsErrorsThatNobodyTook) {
  runner several;
  several.run([&]() -> task<> {
    create_task([]() -> task<> {
      co_await sleep(0s);
      throw std::runtime_error("lost");
    });
    for (int turn = 0; turn < 3; ++turn) co_await sleep(0s);
  }());
  EXPECT_THROW(several.close(), exception_group);
  several.close();
}

TEST(RunnerDeathTest, DroppedWithErrorsThatNobodyTookIsMisuse) {
  EXPECT_DEATH(
      {
        runner dropped;
        dropped.run([]() -> task<> {
          get_running_loop().call_soon([] { throw std::runtime_error("lost"); });
          co_await sleep(0s);
        }());
      },
      "call close\\(\\), which throws them");
}

TEST(Runner, ErrorsMayGoToTheHandlerOfItsLoop) {
  std::vector<std::exception_ptr> errors;
  runner several;
  several.run([&]() -> task<> {
    event_loop loop = get_running_loop();
    loop.set_exception_handler(
        [](std::exception_ptr error, void* kept) {
          static_cast<std::vector<std::exception_ptr>*>(kept)->push_back(std::move(error));
        },
        &errors);
    loop.call_soon([] { throw std::runtime_error("told"); });
    co_await sleep(0s);
  }());
  EXPECT_EQ(errors.size(), 1U);
}

TEST(Runner, RefusesToRunWhenClosed) {
  runner several;
  several.close();
  EXPECT_THROW(several.run(answer()), invalid_state_error);
}

TEST(Runner, RefusesToRunInsideOfATask) {
  runner outer;
  runner inner;
  outer.run([&]() -> task<> {
    EXPECT_THROW(inner.run(answer()), invalid_state_error);
    EXPECT_THROW(run(answer()), invalid_state_error);
    EXPECT_THROW(outer.close(), invalid_state_error);
    co_return;
  }());
  EXPECT_EQ(inner.run(answer()), 42);
}

TEST(Runner, CancelledMainTaskIsToldOf) {
  runner several;
  EXPECT_THROW(several.run([]() -> task<> {
    current_task().cancel();
    co_await sleep(1h);
  }()),
               cancelled_error);
  EXPECT_EQ(several.run(answer()), 42);
}

TEST(Runner, OtherThreadsReachItsLoopBetweenRuns) {
  runner several;
  event_loop loop = several.get_loop();
  futures::future<int> result;
  std::thread([&] { result = run_coroutine_threadsafe(answer(), loop); }).join();
  EXPECT_EQ(several.run([&]() -> task<int> { co_return co_await result; }()), 42);
  several.close();
  EXPECT_THROW(loop.call_soon_threadsafe([] {}), invalid_state_error);
}

TEST(Runner, ADeadlockIsToldOf) {
  runner several;
  const auto wait_for_ever = []() -> task<> {
    semaphore closed(0);
    co_await closed.acquire();
  };
  EXPECT_THROW(several.run(wait_for_ever()), deadlock_error);
  EXPECT_EQ(several.run(answer()), 42);
}

}  // namespace
}  // namespace overlap::asyncio
