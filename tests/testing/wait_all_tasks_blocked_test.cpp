// tests/testing/wait_all_tasks_blocked_test.cpp
//
// The moment at which nothing moves, on every backend and under many seeds.

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(WaitAllTasksBlocked);

TEST_P(WaitAllTasksBlocked, ComesAfterEverythingThatCanRun) {
  run_on_loop([&]() -> task<> {
    int turns = 0;
    create_task([&]() -> task<> {
      for (; turns < 1000; ++turns) co_await sleep(0s);
      co_await sleep(1h);
      ++turns;
    });

    co_await wait_all_tasks_blocked();

    EXPECT_EQ(turns, 1000);
    EXPECT_EQ(testing::now().since_start(), duration());
  });
}

TEST_P(WaitAllTasksBlocked, WithoutOtherTasksComesAtOnce) {
  run_on_loop([&]() -> task<> {
    co_await wait_all_tasks_blocked();
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(testing::now().since_start(), duration());
  });
}

TEST_P(WaitAllTasksBlocked, ComesBeforeTheClockJumps) {
  run_on_loop([&]() -> task<> {
    create_task([&]() -> task<> {
      co_await sleep(1s);
      note("slept");
    });
    co_await wait_all_tasks_blocked();
    note("blocked");
    co_await sleep(2s);
  });

  EXPECT_THAT(log(), ElementsAre("blocked", "slept"));
}

TEST_P(WaitAllTasksBlocked, SeveralGoOnTogether) {
  run_on_loop([&]() -> task<> {
    const auto waits = [&](const char* name) -> task<> {
      co_await wait_all_tasks_blocked();
      note(name);
      co_await sleep(0s);
      note(name);
    };
    co_await gather(waits("a"), waits("b"));
  });

  EXPECT_THAT(log(), ElementsAre("a", "b", "a", "b"));
}

TEST_P(WaitAllTasksBlocked, CanBeCancelled) {
  run_on_loop([&]() -> task<> {
    auto waiting = create_task([&]() -> task<> {
      co_await wait_all_tasks_blocked();
      note("went on");
    });
    co_await sleep(0s);
    waiting.cancel();
    co_await sleep(0s);
    EXPECT_TRUE(waiting.cancelled());
    co_await wait_all_tasks_blocked();
    note("blocked");
  });

  EXPECT_THAT(log(), ElementsAre("blocked"));
}

TEST_P(WaitAllTasksBlocked, SeesATaskThatWaitsForAnotherTask) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    auto held = co_await permits.acquire();
    auto first = create_task([&]() -> task<> { static_cast<void>(co_await permits.acquire()); });
    auto second = create_task([&]() -> task<> { co_await first; });

    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(second.done());
    held.release();
    co_await wait_all_tasks_blocked();

    EXPECT_TRUE(first.done());
    EXPECT_TRUE(second.done());
  });
}

// Goes wrong for some seed if the wake-up could come while something is ready.
TEST(WaitAllTasksBlockedSimulated, HoldsForEverySeed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    testing::simulate(seed, [&]() -> task<> {
      int running = 0;
      const auto works = [&](int turns) -> task<> {
        ++running;
        for (int turn = 0; turn < turns; ++turn) co_await sleep(0s);
        --running;
        co_await sleep(1h);
      };
      for (int turns = 1; turns <= 5; ++turns) create_task(works(turns));
      co_await wait_all_tasks_blocked();
      EXPECT_EQ(running, 0);
    });
  }
}

}  // namespace
}  // namespace overlap::asyncio
