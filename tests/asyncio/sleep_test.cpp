// tests/asyncio/sleep_test.cpp
//
// Waiting for time to pass. Numbers are the lines of requirements §3.

#include <limits>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(Sleep);

TEST_P(Sleep, ShortSleepsEndBeforeLongOnesWhateverTheOrderOfTheirStart) {
  run_on_loop([&]() -> task<> {
    const auto sleeper = [&](duration delay, const char* name) -> task<> {
      co_await sleep(delay);
      note(name);
    };
    co_await gather(sleeper(3s, "three"), sleeper(1s, "one"), sleeper(2s, "two"));
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });

  EXPECT_THAT(log(), ElementsAre("one", "two", "three"));
}

TEST_P(Sleep, SleepsThatEndAtOneMomentEndInTheOrderOfTheirStart) {
  run_on_loop([&]() -> task<> {
    const auto sleeper = [&](const char* name) -> task<> {
      co_await sleep(1s);
      note(name);
    };
    co_await gather(sleeper("a"), sleeper("b"), sleeper("c"));
  });

  EXPECT_THAT(log(), ElementsAre("a", "b", "c"));
}

// 18.
TEST_P(Sleep, ANumberThatIsNoneIsRefused) {
  run_on_loop([&]() -> task<> {
    const std::chrono::duration<double> nothing(std::numeric_limits<double>::quiet_NaN());
    EXPECT_THROW(static_cast<void>(sleep(nothing)), invalid_value_error);
    co_return;
  });
}

// 18.
TEST_P(Sleep, ZeroLetsTheOthersHaveTheirTurnExactlyOnce) {
  run_on_loop([&]() -> task<> {
    const auto turns = [&](const char* name) -> task<> {
      for (int turn = 1; turn <= 3; ++turn) {
        note(name + std::to_string(turn));
        co_await sleep(0s);
      }
    };
    co_await gather(turns("a"), turns("b"));
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(log(), ElementsAre("a1", "b1", "a2", "b2", "a3", "b3"));
}

TEST_P(Sleep, ANegativeDelayIsAsZero) {
  run_on_loop([&]() -> task<> {
    create_task([&]() -> task<> {
      note("other");
      co_return;
    });
    co_await sleep(-1s);
    note("slept");
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(log(), ElementsAre("other", "slept"));
}

TEST_P(Sleep, UntilAMomentThatHasPassedSuspendsButTakesNoTime) {
  run_on_loop([&]() -> task<> {
    co_await sleep(5s);
    create_task([&]() -> task<> {
      note("other");
      co_return;
    });

    co_await sleep_until(time_point(duration(2s)));

    note("slept");
    EXPECT_EQ(testing::now().since_start(), duration(5s));
  });

  EXPECT_THAT(log(), ElementsAre("other", "slept"));
}

TEST_P(Sleep, UntilAMomentEndsAtThatMoment) {
  run_on_loop([&]() -> task<> {
    co_await sleep(5s);
    co_await sleep_until(time_point(duration(7s)));
    EXPECT_EQ(testing::now().since_start(), duration(7s));
  });
}

TEST_P(Sleep, AnInfiniteSleepLastsUntilItIsCancelled) {
  run_on_loop([&]() -> task<> {
    testing::stopwatch watch;
    EXPECT_FALSE(co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<bool> {
      create_task([&]() -> task<> {
        co_await sleep(24h);
        scope.cancel();
      });
      co_await sleep(duration::infinite());
      co_return true;
    }));
    EXPECT_EQ(watch.elapsed(), duration(24h));
  });
}

TEST_P(Sleep, ACancelledSleepLeavesTheClock) {
  run_on_loop([&]() -> task<> {
    EXPECT_THROW(co_await wait_for(sleep(1000h), 1s), timeout_error);
    co_await sleep(1s);
    EXPECT_EQ(testing::now().since_start(), duration(2s));
  });

  // A timer that was left behind would have let the clock jump before the loop ended.
  EXPECT_EQ(testing::last_simulation().elapsed, duration(2s));
}

TEST_P(Sleep, TenThousandSleepersEndInOrder) {
  constexpr int count = 10'000;
  std::vector<int> order;

  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < count; ++i) {
        const int milliseconds = (i * 7919) % count;  // a permutation, because 7919 is prime
        group.create_task([&order, milliseconds]() -> task<> {
          co_await sleep(std::chrono::milliseconds(milliseconds));
          order.push_back(milliseconds);
        });
      }
      co_return;
    });
  });

  ASSERT_EQ(order.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace overlap::asyncio
