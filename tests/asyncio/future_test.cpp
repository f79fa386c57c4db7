// tests/asyncio/future_test.cpp
//
// Futures of other threads, awaited in a loop.

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include <overlap/base/error.hpp>
#include <overlap/futures.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(AwaitedFuture);

TEST_P(AwaitedFuture, GivesAValueThatIsThereAlready) {
  run_on_loop([]() -> task<> {
    futures::promise<int> promised;
    promised.set_result(42);
    const futures::future<int> future = promised.get_future();
    EXPECT_EQ(co_await future, 42);
    EXPECT_EQ(co_await future, 42);
  });
}

TEST_P(AwaitedFuture, GivesAValueThatComesFromAnotherThread) {
  run_on_loop([]() -> task<> {
    futures::promise<int> promised;
    std::thread delivers([&] { promised.set_result(42); });
    EXPECT_EQ(co_await promised.get_future(), 42);
    delivers.join();
  });
}

TEST_P(AwaitedFuture, GivesAValueThatATaskOfTheLoopDelivers) {
  run_on_loop([]() -> task<> {
    futures::promise<int> promised;
    const auto delivers = [&]() -> task<> {
      co_await sleep(1h);
      promised.set_result(1);
    };
    const auto handle = create_task(delivers);
    EXPECT_EQ(co_await promised.get_future(), 1);
    co_await handle;
  });
}

TEST_P(AwaitedFuture, ThrowsTheWorksError) {
  run_on_loop([]() -> task<> {
    futures::promise<void> promised;
    promised.set_exception(std::make_exception_ptr(std::runtime_error("no")));
    EXPECT_THROW(co_await promised.get_future(), std::runtime_error);
  });
}

TEST_P(AwaitedFuture, ThatWasCancelledThrowsCancelledError) {
  run_on_loop([]() -> task<> {
    futures::promise<int> promised;
    promised.get_future().cancel();
    EXPECT_THROW(co_await promised.get_future(), cancelled_error);
  });
}

TEST_P(AwaitedFuture, TheOnlyCopyGivesItsValueAway) {
  run_on_loop([]() -> task<> {
    std::optional<futures::promise<std::unique_ptr<int>>> promised(std::in_place);
    futures::future<std::unique_ptr<int>> future = promised->get_future();
    promised->set_result(std::make_unique<int>(3));
    promised.reset();
    const std::unique_ptr<int> value = co_await std::move(future);
    EXPECT_EQ(*value, 3);
  });
}

TEST_P(AwaitedFuture, SeveralTasksMayAwaitOne) {
  run_on_loop([]() -> task<> {
    futures::promise<int> promised;
    const auto waits = [&]() -> task<int> { co_return co_await promised.get_future(); };
    const auto delivers = [&]() -> task<int> {
      co_await wait_all_tasks_blocked();
      promised.set_result(5);
      co_return 0;
    };
    const auto [first, second, third] = co_await gather(waits(), waits(), delivers());
    EXPECT_EQ(first + second + third, 10);
  });
}

// Python's wrap_future cancels the work; here whoever submitted it decides.
TEST_P(AwaitedFuture, ACancelledWaitLeavesTheFutureAlone) {
  run_on_loop([]() -> task<> {
    futures::promise<int> promised;
    EXPECT_THROW(co_await wait_for(promised.get_future(), 1s), timeout_error);
    EXPECT_FALSE(promised.get_future().cancelled());
    promised.set_result(4);
    EXPECT_EQ(co_await promised.get_future(), 4);
  });
}

TEST_P(AwaitedFuture, AValueInTheTurnOfTheCancelIsDelivered) {
  run_on_loop([this]() -> task<> {
    futures::promise<int> promised;
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      co_await with(task_group(), [&](task_group& group) -> task<> {
        const auto waits = [&]() -> task<> {
          note("got " + std::to_string(co_await promised.get_future()));
          co_await sleep(0s);
          note("not reached");
        };
        group.create_task(waits);
        co_await wait_all_tasks_blocked();
        promised.set_result(6);
        scope.cancel();
      });
    });
  });
  EXPECT_THAT(log(), ElementsAre("got 6"));
}

TEST_P(AwaitedFuture, OfAThreadPool) {
  run_on_loop([]() -> task<> {
    futures::thread_pool_executor pool;
    futures::future<int> future = pool.submit([] { return 9; });
    EXPECT_EQ(co_await std::move(future), 9);
  });
}

}  // namespace
}  // namespace overlap::asyncio
