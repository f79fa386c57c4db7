// tests/asyncio/semaphore_test.cpp
//
// First come, first served, and no permit is ever lost. Numbers are the lines of requirements §3.

#include <algorithm>
#include <optional>
#include <utility>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Semaphore : public LoopTest {
 protected:
  task<> take(semaphore& permits, std::string name, duration hold = duration()) {
    const auto permit = co_await permits.acquire();
    note(name);
    co_await sleep(hold);
  }
};
INSTANTIATE_TEST_SUITE_P(on, Semaphore, all_backends(), backend_name);

TEST_P(Semaphore, LimitsHowManyAreInside) {
  run_on_loop([&]() -> task<> {
    semaphore permits(3);
    int inside = 0;
    int most = 0;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 20; ++i) {
        group.create_task([&, i]() -> task<> {
          const auto permit = co_await permits.acquire();
          most = std::max(most, ++inside);
          co_await sleep(duration(1s) * (1 + i % 3));
          --inside;
        });
      }
      co_return;
    });
    EXPECT_EQ(most, 3);
    EXPECT_EQ(permits.statistics().permits_free, 3U);
    EXPECT_EQ(permits.statistics().tasks_waiting, 0U);
  });
}

TEST_P(Semaphore, AFreePermitIsTakenWithoutSuspending) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    create_task([&]() -> task<> {
      note("somebody else");
      co_return;
    });
    const auto permit = co_await permits.acquire();
    note("mine");
    EXPECT_TRUE(permits.locked());
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("mine", "somebody else"));
}

// 37. CPython's fifo_order.
TEST_P(Semaphore, IsFirstComeFirstServedForThoseWhoComeAgain) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    const auto client = [&](std::string name) -> task<> {
      for (const char* round : {"_1", "_2"}) {
        const auto permit = co_await permits.acquire();
        note(name + round);
        co_await sleep(0s);
      }
    };
    co_await gather(client("c1"), client("c2"), client("c3"));
  });

  EXPECT_THAT(log(), ElementsAre("c1_1", "c2_1", "c3_1", "c1_2", "c2_2", "c3_2"));
}

// 37.
TEST_P(Semaphore, NobodyOvertakesAWaiter) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    auto held = co_await permits.acquire();
    auto waiting = create_task(take(permits, "waiting"));
    co_await wait_all_tasks_blocked();

    held.release();  // goes to the waiter, who has not run yet

    EXPECT_TRUE(permits.locked());
    EXPECT_FALSE(permits.try_acquire().has_value());
    co_await take(permits, "late");
    co_await waiting;
  });

  EXPECT_THAT(log(), ElementsAre("waiting", "late"));
}

TEST_P(Semaphore, ACancelledWaiterLeavesTheLine) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    auto held = co_await permits.acquire();
    auto first = create_task(take(permits, "first"));
    auto second = create_task(take(permits, "second"));
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(permits.statistics().tasks_waiting, 2U);

    first.cancel();
    EXPECT_EQ(permits.statistics().tasks_waiting, 1U);
    held.release();
    co_await second;

    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(permits.statistics().permits_free, 1U);
  });

  EXPECT_THAT(log(), ElementsAre("second"));
}

// 37. Granted and cancelled in the same turn: delivered, then stopped, and the next one gets it.
TEST_P(Semaphore, APermitGrantedToACancelledWaiterGoesToTheNext) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    auto held = co_await permits.acquire();
    auto first = create_task(take(permits, "first", 1h));
    auto second = create_task(take(permits, "second"));
    co_await wait_all_tasks_blocked();

    held.release();
    first.cancel();
    co_await second;

    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(permits.statistics().permits_free, 1U);
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(log(), ElementsAre("first", "second"));
}

// 37. Cancelled first, then released: the permit never meets the one who has left.
TEST_P(Semaphore, CancelledAndThenReleasedInTheSameTurnSkipsTheCancelled) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    auto held = co_await permits.acquire();
    auto first = create_task(take(permits, "first"));
    auto second = create_task(take(permits, "second"));
    co_await wait_all_tasks_blocked();

    first.cancel();
    held.release();
    co_await second;
    EXPECT_EQ(permits.statistics().permits_free, 1U);
  });

  EXPECT_THAT(log(), ElementsAre("second"));
}

TEST_P(Semaphore, AcquireInACancelledScopeStopsEvenIfAPermitIsFree) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await take(permits, "went on");
    });
    EXPECT_EQ(permits.statistics().permits_free, 1U);
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(Semaphore, ATimeLimitOnAcquireLeavesNoWaiterBehind) {
  run_on_loop([&]() -> task<> {
    semaphore permits(0);
    EXPECT_THROW(static_cast<void>(co_await wait_for(permits.acquire(), 1s)), timeout_error);
    EXPECT_EQ(permits.statistics().tasks_waiting, 0U);
    EXPECT_EQ(permits.statistics().permits_free, 0U);
  });
}

TEST_P(Semaphore, APermitIsGivenBackOnce) {
  run_on_loop([&]() -> task<> {
    semaphore permits(2);
    auto permit = co_await permits.acquire();
    EXPECT_EQ(permits.statistics().permits_free, 1U);
    permit.release();
    permit.release();
    EXPECT_EQ(permits.statistics().permits_free, 2U);
  });
}

TEST_P(Semaphore, APermitMoves) {
  run_on_loop([&]() -> task<> {
    semaphore permits(2);
    {
      auto first = co_await permits.acquire();
      auto moved = std::move(first);
      EXPECT_EQ(permits.statistics().permits_free, 1U);
      auto second = co_await permits.acquire();
      EXPECT_EQ(permits.statistics().permits_free, 0U);
      moved = std::move(second);  // the one it had goes back
      EXPECT_EQ(permits.statistics().permits_free, 1U);
    }
    EXPECT_EQ(permits.statistics().permits_free, 2U);
  });
}

TEST_P(Semaphore, TryAcquireTakesWhatIsFree) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    auto permit = permits.try_acquire();
    EXPECT_TRUE(permit.has_value());
    EXPECT_FALSE(permits.try_acquire().has_value());
    permit.reset();
    EXPECT_FALSE(permits.locked());
    co_return;
  });
}

TEST_P(Semaphore, ANegativeNumberOfPermitsIsAnError) {
  EXPECT_THROW(semaphore(-1), invalid_value_error);
  EXPECT_TRUE(semaphore(0).locked());
}

TEST_P(Semaphore, MayBeMadeOutsideOfALoop) {
  semaphore permits(1);
  run_on_loop([&]() -> task<> { co_await take(permits, "first loop"); });
  run_on_loop([&]() -> task<> { co_await take(permits, "second loop"); });
  EXPECT_THAT(log(), ElementsAre("first loop", "second loop"));
}

TEST_P(Semaphore, AWaitThatNothingCanEndIsReportedAsADeadlock) {
  semaphore permits(0);
  EXPECT_THROW(run_on_loop([&]() -> task<> { co_await take(permits, "never"); }), deadlock_error);
  EXPECT_EQ(permits.statistics().tasks_waiting, 0U);
}

}  // namespace
}  // namespace overlap::asyncio
