// tests/asyncio/lock_cancel_test.cpp
//
// Waiters that are cancelled as the lock comes free: it is never lost, never taken twice, never left locked.
// Numbers are the lines of requirements §3.

#include <optional>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LockCancel : public LoopTest {
 protected:
  task<> hold(lock& wanted, std::string name, duration how_long = duration()) {
    const auto held = co_await wanted.acquire();
    note(name);
    co_await sleep(how_long);
  }
};
INSTANTIATE_TEST_SUITE_P(on, LockCancel, all_backends(), backend_name);

// CPython's test_acquire_cancel.
TEST_P(LockCancel, ACancelledWaiterLeavesTheLine) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = co_await guarded.acquire();
    auto waiting = create_task(hold(guarded, "went on"));
    co_await wait_all_tasks_blocked();

    waiting.cancel();
    EXPECT_EQ(guarded.statistics().tasks_waiting, 0U);
    held.release();
    EXPECT_FALSE(guarded.locked());
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 35. CPython's test_cancel_race: the first waiter is cancelled and the holder releases, at once.
TEST_P(LockCancel, CancelledAndThenReleasedInTheSameTurnSkipsTheCancelled) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = co_await guarded.acquire();
    auto first = create_task(hold(guarded, "first"));
    auto second = create_task(hold(guarded, "second"));
    co_await wait_all_tasks_blocked();

    first.cancel();
    held.release();
    co_await second;

    EXPECT_TRUE(first.cancelled());
    EXPECT_FALSE(guarded.locked());
  });

  EXPECT_THAT(log(), ElementsAre("second"));
}

// 35. The other order of that race: it had been handed over, so it is delivered, and passed on by the
// unwinding.
TEST_P(LockCancel, HandedToAWaiterThatIsCancelledInTheSameTurnItGoesOnToTheNext) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = co_await guarded.acquire();
    auto first = create_task(hold(guarded, "first", 1h));
    auto second = create_task(hold(guarded, "second"));
    co_await wait_all_tasks_blocked();

    held.release();
    first.cancel();
    co_await second;

    EXPECT_TRUE(first.cancelled());
    EXPECT_FALSE(guarded.locked());
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(log(), ElementsAre("first", "second"));
}

// 35. CPython's test_cancel_release_race: of three waiters one is cancelled and one gets it; the lock is not
// taken twice.
TEST_P(LockCancel, IsNotTakenTwiceWhenACancelMeetsARelease) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    int calls = 0;
    int taken = 0;
    event done;
    const auto lock_it = [&]() -> task<> {
      ++calls;
      const auto held = co_await guarded.acquire();
      ++taken;
      co_await done.wait();
    };
    auto held = co_await guarded.acquire();
    auto first = create_task(lock_it);
    auto second = create_task(lock_it);
    auto third = create_task(lock_it);
    co_await wait_all_tasks_blocked();

    first.cancel();
    held.release();
    co_await wait_all_tasks_blocked();

    EXPECT_EQ(calls, 3);
    EXPECT_EQ(taken, 1);
    EXPECT_TRUE(first.cancelled());
    EXPECT_FALSE(third.done());
    third.cancel();
    done.set();
    co_await second;
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(third.cancelled());
    EXPECT_FALSE(guarded.locked());
  });
}

// CPython's test_finished_waiter_cancelled: somebody who comes in the turn of the cancel is not forgotten.
TEST_P(LockCancel, WhoComesInTheTurnInWhichAWaiterIsCancelledGetsIt) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = co_await guarded.acquire();
    auto first = create_task(hold(guarded, "first"));
    co_await wait_all_tasks_blocked();

    auto second = create_task(hold(guarded, "second"));
    first.cancel();
    held.release();
    EXPECT_FALSE(guarded.locked());
    co_await second;
    EXPECT_TRUE(first.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("second"));
}

TEST_P(LockCancel, AcquireInACancelledScopeStopsEvenIfItIsFree) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await hold(guarded, "went on");
    });
    EXPECT_FALSE(guarded.locked());
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(LockCancel, ATimeLimitOnAcquireLeavesNoWaiterBehind) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto holding = create_task(hold(guarded, "holder", 10s));
    co_await wait_all_tasks_blocked();
    EXPECT_THROW(static_cast<void>(co_await wait_for(guarded.acquire(), 1s)), timeout_error);
    EXPECT_EQ(guarded.statistics().tasks_waiting, 0U);

    const auto held = co_await wait_for(guarded.acquire(), 1min);
    EXPECT_EQ(testing::now().since_start(), duration(10s));
    EXPECT_TRUE(guarded.locked());
    co_await holding;
  });
}

}  // namespace
}  // namespace overlap::asyncio
