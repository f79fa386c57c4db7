// tests/asyncio/timeout_wait_for_test.cpp
//
// wait_for: a time limit on one awaitable. Numbers are the lines of requirements §3.

#include <memory>
#include <stdexcept>
#include <string>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(WaitFor);

TEST_P(WaitFor, GivesTheValueInTime) {
  run_on_loop([&]() -> task<> {
    const auto work = []() -> task<int> {
      co_await sleep(1s);
      co_return 3;
    };
    EXPECT_EQ(co_await wait_for(work(), 2s), 3);
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
}

TEST_P(WaitFor, TakesAnyAwaitable) {
  run_on_loop([&]() -> task<> {
    const auto one = []() -> task<int> { co_return 1; };
    const auto [a, b] = co_await wait_for(gather(one(), one()), 1s);
    EXPECT_EQ(a + b, 2);
    co_await wait_for(sleep(1s), 2s);
    semaphore permits(1);
    auto permit = co_await wait_for(permits.acquire(), 1s);
    EXPECT_TRUE(permits.locked());
  });
}

TEST_P(WaitFor, ThrowsTheErrorOfWhatItAwaits) {
  run_on_loop([&]() -> task<> {
    const auto fails = []() -> task<int> {
      co_await sleep(1s);
      throw std::runtime_error("its own");
    };
    EXPECT_THROW(co_await wait_for(fails(), 2s), std::runtime_error);
  });
}

// 8.
TEST_P(WaitFor, ZeroOrLessNeverStartsATask) {
  run_on_loop([&]() -> task<> {
    const auto work = [&]() -> task<int> {
      note("started");
      co_return 3;
    };
    EXPECT_THROW(co_await wait_for(work(), 0s), timeout_error);
    EXPECT_THROW(co_await wait_for(work(), -1s), timeout_error);
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 8.
TEST_P(WaitFor, ZeroTakesTheValueOfATaskThatHasEnded) {
  run_on_loop([&]() -> task<> {
    auto done = create_task([]() -> task<int> { co_return 3; });
    co_await sleep(0s);
    EXPECT_EQ(co_await wait_for(done, 0s), 3);

    auto running = create_task([]() -> task<int> {
      co_await sleep(1s);
      co_return 4;
    });
    EXPECT_THROW(co_await wait_for(running, 0s), timeout_error);
    EXPECT_EQ(co_await running, 4);
  });
}

// 12. and 28. Whoever waits through a handle copies the value, so others can read it afterwards.
TEST_P(WaitFor, LeavesTheValueOfAHandleReadable) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task(
        []() -> task<std::string> { co_return "a text that is too long to be copied by halves"; });
    const std::string first = co_await wait_for(handle, 1s);
    EXPECT_EQ(handle.result(), first);
    EXPECT_EQ(co_await wait_for(handle, 0s), first);
    EXPECT_EQ(co_await shield(handle), first);
    EXPECT_EQ(std::get<0>(co_await gather(handle, handle)), first);
    EXPECT_EQ(handle.result(), first);
  });
}

TEST_P(WaitFor, TakesAMoveOnlyValueFromAHandleThatIsGivenAway) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); });
    const auto value = co_await wait_for(std::move(handle), 1s);
    EXPECT_EQ(*value, 5);
  });
}

TEST_P(WaitFor, AnInfiniteLimitIsNone) {
  run_on_loop([&]() -> task<> {
    co_await wait_for(sleep(1000h), duration::infinite());
    EXPECT_EQ(testing::now().since_start(), duration(1000h));
  });
}

// 9. and 13.
TEST_P(WaitFor, StopsATaskThatItWasGivenAndWaitsForItsEnd) {
  run_on_loop([&]() -> task<> {
    const auto work = [&]() -> task<> {
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [&]() -> task<> {
                         co_await sleep(3s);
                         note("cleaned up");
                       });
    };
    EXPECT_THROW(co_await wait_for(work(), 1s), timeout_error);
    EXPECT_EQ(testing::now().since_start(), duration(4s));
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

// 13. A handle's task has an owner of its own.
TEST_P(WaitFor, LeavesTheTaskBehindAHandleAlone) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task([]() -> task<int> {
      co_await sleep(10s);
      co_return 5;
    });
    EXPECT_THROW(co_await wait_for(handle, 1s), timeout_error);
    EXPECT_FALSE(handle.done());
    EXPECT_EQ(co_await handle, 5);
  });
}

// 13.
TEST_P(WaitFor, CancelledFromOutsideStopsItsTask) {
  run_on_loop([&]() -> task<> {
    for (const duration limit : {duration(100s), duration::infinite()}) {
      auto waiting = create_task([&]() -> task<> {
        co_await wait_for(sleep(1h), limit);
        note("went on");
      });
      co_await wait_all_tasks_blocked();
      waiting.cancel();
      co_await wait_all_tasks_blocked();
      EXPECT_TRUE(waiting.cancelled());
    }
  });

  EXPECT_THAT(log(), IsEmpty());
}

// A task that was cancelled by its own handle is an error, not a time-out.
TEST_P(WaitFor, ACancelledTaskIsAnOrdinaryError) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task([]() -> task<> { co_await sleep(1h); });
    create_task([&]() -> task<> {
      co_await sleep(1s);
      handle.cancel();
    });
    EXPECT_THROW(co_await wait_for(handle, 10s), cancelled_error);
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
}

}  // namespace
}  // namespace overlap::asyncio
