// tests/asyncio/deadline_scope_test.cpp
//
// cancel_scope with a deadline or a shield, move_on_after, and the points at which a task may be cancelled.

#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(DeadlineScope);

task<int> value_after(duration delay, int value) {
  co_await sleep(delay);
  co_return value;
}

TEST_P(DeadlineScope, MoveOnAfterGivesNothingWhenTheLimitPasses) {
  run_on_loop([]() -> task<> {
    EXPECT_EQ(co_await with(move_on_after(2s), [] { return value_after(1s, 1); }), 1);
    EXPECT_EQ(co_await with(move_on_after(2s), [] { return value_after(3s, 1); }), std::nullopt);
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });
}

TEST_P(DeadlineScope, MoveOnAfterSaysWhetherItDid) {
  run_on_loop([]() -> task<> {
    move_on_after limit(2s);
    co_await with(limit, [](move_on_after& scope) -> task<> {
      EXPECT_EQ(scope.deadline().since_start(), duration(2s));
      co_await sleep(1h);
    });
    EXPECT_TRUE(limit.cancel_called());
    EXPECT_TRUE(limit.cancelled_caught());
    move_on_after unused(2s);
    co_await with(unused, []() -> task<> { co_return; });
    EXPECT_FALSE(unused.cancel_called());
    co_await sleep(1h);
    EXPECT_FALSE(unused.cancel_called());
  });
}

TEST_P(DeadlineScope, MoveOnAtTakesAMoment) {
  run_on_loop([]() -> task<> {
    co_await with(move_on_at(testing::now() + duration(2s)), []() -> task<> { co_await sleep(1h); });
    EXPECT_EQ(testing::now().since_start(), duration(2s));
  });
}

TEST_P(DeadlineScope, ZeroOrLessStopsTheFirstWait) {
  run_on_loop([&]() -> task<> {
    for (const duration limit : {duration(0s), duration(-1s)}) {
      co_await with(move_on_after(limit), [&]() -> task<> {
        note("begins");
        co_await sleep(0s);
        note("not reached");
      });
    }
  });
  EXPECT_THAT(log(), ElementsAre("begins", "begins"));
}

TEST_P(DeadlineScope, TheDeadlineMoves) {
  run_on_loop([]() -> task<> {
    co_await with(move_on_after(2s), [](move_on_after& scope) -> task<> {
      co_await sleep(1s);
      scope.set_deadline(testing::now() + duration(5s));
      co_await sleep(1h);
    });
    EXPECT_EQ(testing::now().since_start(), duration(6s));
    co_await with(move_on_after(2s), [](move_on_after& scope) -> task<> {
      scope.set_deadline(time_point::never());
      co_await sleep(1h);
    });
    EXPECT_EQ(testing::now().since_start(), duration(6s) + duration(1h));
    cancel_scope before({.deadline = testing::now() + duration(1h)});
    before.set_deadline(testing::now() + duration(1s));
    co_await with(before, []() -> task<> { co_await sleep(2h); });
    EXPECT_EQ(testing::now().since_start(), duration(7s) + duration(1h));
  });
}

TEST_P(DeadlineScope, AnErrorOfTheBodyComesThrough) {
  run_on_loop([]() -> task<> {
    const auto failing = []() -> task<> {
      co_await sleep(1s);
      throw std::runtime_error("bad");
    };
    EXPECT_THROW(co_await with(move_on_after(2s), failing), std::runtime_error);
    co_await sleep(1h);
  });
}

TEST_P(DeadlineScope, AShieldKeepsOuterCancellationsOut) {
  run_on_loop([&]() -> task<> {
    co_await with(move_on_after(1s), [&]() -> task<> {
      co_await with(cancel_scope({.shield = true}), [&](cancel_scope& scope) -> task<> {
        EXPECT_TRUE(scope.shield());
        co_await sleep(5s);
        note("shielded");
      });
      note("outside");
      co_await sleep(0s);
      note("not reached");
    });
    EXPECT_EQ(testing::now().since_start(), duration(5s));
  });
  EXPECT_THAT(log(), ElementsAre("shielded", "outside"));
}

TEST_P(DeadlineScope, AShieldWithADeadlineIsABoundedCleanup) {
  run_on_loop([&]() -> task<> {
    co_await with(move_on_after(1s), [&]() -> task<> {
      cancel_scope cleanup({.deadline = testing::now() + duration(3s), .shield = true});
      co_await with(cleanup, []() -> task<> { co_await sleep(1h); });
      note("not reached: the outer stop goes on");
    });
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });
  EXPECT_TRUE(log().empty());
}

OVERLAP_LOOP_SUITE(Checkpoint);

TEST_P(Checkpoint, GivesTheOthersTheirTurn) {
  run_on_loop([&]() -> task<> {
    create_task([&]() -> task<> {
      note("other");
      co_return;
    });
    co_await checkpoint_if_cancelled();
    note("not yet");
    co_await checkpoint();
    note("back");
  });
  EXPECT_THAT(log(), ElementsAre("not yet", "other", "back"));
}

TEST_P(Checkpoint, StopsACancelledTask) {
  run_on_loop([&]() -> task<> {
    for (const bool yields : {true, false}) {
      co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
        co_await checkpoint_if_cancelled();
        scope.cancel();
        note("cancelled");
        if (yields) co_await checkpoint();
        co_await checkpoint_if_cancelled();
        note("not reached");
      });
    }
  });
  EXPECT_THAT(log(), ElementsAre("cancelled", "cancelled"));
}

}  // namespace
}  // namespace overlap::asyncio
