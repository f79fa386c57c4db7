// tests/asyncio/lock_test.cpp
//
// One task at a time, first come, first served, and a lock that is never left locked by who was stopped.
// Numbers are the lines of requirements §3.

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Lock : public LoopTest {
 protected:
  task<> hold(lock& wanted, std::string name, duration how_long = duration()) {
    const auto held = co_await wanted.acquire();
    note(name);
    co_await sleep(how_long);
  }
};
INSTANTIATE_TEST_SUITE_P(on, Lock, all_backends(), backend_name);

TEST_P(Lock, OneTaskAtATimeIsInside) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    int inside = 0;
    int most = 0;
    int rounds = 0;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 10; ++i) {
        group.create_task([&, i]() -> task<> {
          for (int round = 0; round < 5; ++round) {
            const auto held = co_await guarded.acquire();
            most = std::max(most, ++inside);
            co_await sleep(duration(1ms) * (i % 3));
            --inside;
            ++rounds;
          }
        });
      }
      co_return;
    });
    EXPECT_EQ(most, 1);
    EXPECT_EQ(rounds, 50);
    EXPECT_FALSE(guarded.locked());
  });
}

TEST_P(Lock, AFreeLockIsTakenWithoutSuspending) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    create_task([&]() -> task<> {
      note("somebody else");
      co_return;
    });
    EXPECT_FALSE(guarded.locked());
    const auto held = co_await guarded.acquire();
    note("mine");
    EXPECT_TRUE(guarded.locked());
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("mine", "somebody else"));
}

// 35. CPython's test_acquire.
TEST_P(Lock, GoesFromTaskToTaskInTheOrderOfArrival) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = co_await guarded.acquire();
    const auto taker = [&](std::string name) -> task<> {
      (co_await guarded.acquire()).release();
      note(name);
    };
    auto first = create_task(taker("1"));
    auto second = create_task(taker("2"));
    co_await sleep(0s);
    EXPECT_THAT(log(), IsEmpty());
    EXPECT_EQ(guarded.statistics().tasks_waiting, 2U);

    held.release();
    auto third = create_task(taker("3"));
    co_await gather(first, second, third);
    EXPECT_FALSE(guarded.locked());
  });

  EXPECT_THAT(log(), ElementsAre("1", "2", "3"));
}

// trio's fifo_fairness: who comes again waits behind those who are there.
TEST_P(Lock, IsFairToThoseWhoWaitWhenTheHolderComesAgain) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    const auto client = [&](std::string name) -> task<> {
      for (int round = 0; round < 3; ++round) {
        const auto held = co_await guarded.acquire();
        note(name);
        co_await sleep(0s);
      }
    };
    co_await gather(client("a"), client("b"), client("c"));
  });

  EXPECT_THAT(log(), ElementsAre("a", "b", "c", "a", "b", "c", "a", "b", "c"));
}

TEST_P(Lock, NobodyOvertakesAWaiter) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = co_await guarded.acquire();
    auto waiting = create_task(hold(guarded, "waiting"));
    co_await wait_all_tasks_blocked();

    held.release();  // goes to the waiter, who has not run yet

    EXPECT_TRUE(guarded.locked());
    EXPECT_FALSE(guarded.try_acquire().has_value());
    co_await hold(guarded, "late");
    co_await waiting;
  });

  EXPECT_THAT(log(), ElementsAre("waiting", "late"));
}

TEST_P(Lock, TheGuardReleasesOnce) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = co_await guarded.acquire();
    held.release();
    EXPECT_FALSE(guarded.locked());
    const auto again = co_await guarded.acquire();
    held.release();
    EXPECT_TRUE(guarded.locked());
  });
}

TEST_P(Lock, TheGuardMoves) {
  run_on_loop([&]() -> task<> {
    lock first;
    lock second;
    {
      auto held = co_await first.acquire();
      auto moved = std::move(held);
      EXPECT_TRUE(first.locked());
      moved = co_await second.acquire();  // the one it had is released
      EXPECT_FALSE(first.locked());
      EXPECT_TRUE(second.locked());
    }
    EXPECT_FALSE(second.locked());
  });
}

TEST_P(Lock, TryAcquireTakesWhatIsFree) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = guarded.try_acquire();
    EXPECT_TRUE(held.has_value());
    EXPECT_TRUE(guarded.locked());
    auto other = create_task([&]() -> task<bool> { co_return guarded.try_acquire().has_value(); });
    EXPECT_FALSE(co_await other);
    held.reset();
    EXPECT_FALSE(guarded.locked());
  });
}

// CPython's test_context_manager.
TEST_P(Lock, WithHoldsItWhileTheBodyRuns) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    const int value = co_await with(guarded, [&]() -> task<int> {
      EXPECT_TRUE(guarded.locked());
      co_await sleep(1s);
      EXPECT_TRUE(guarded.locked());
      co_return 7;
    });
    EXPECT_EQ(value, 7);
    EXPECT_FALSE(guarded.locked());

    co_await with(guarded, [&](lock& same) -> task<> {
      EXPECT_EQ(&same, &guarded);
      co_return;
    });
  });
}

TEST_P(Lock, WithReleasesItWhenTheBodyFailsOrIsStopped) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    const auto fails = []() -> task<> {
      co_await sleep(0s);
      throw std::runtime_error("expected");
    };
    EXPECT_THROW(co_await with(guarded, fails), std::runtime_error);
    EXPECT_FALSE(guarded.locked());

    const auto long_stay = []() -> task<> { co_await sleep(1h); };
    EXPECT_THROW(co_await with(timeout(1s), guarded, long_stay), timeout_error);
    EXPECT_FALSE(guarded.locked());
  });
}

TEST_P(Lock, WithHoldsSeveralAndReleasesThemInReverseOrder) {
  run_on_loop([&]() -> task<> {
    lock first;
    semaphore second(1);
    lock third;
    co_await with(first, second, third, [&]() -> task<> {
      EXPECT_TRUE(first.locked() && second.locked() && third.locked());
      co_await sleep(0s);
    });
    EXPECT_FALSE(first.locked() || second.locked() || third.locked());

    co_await with(first, second, [&](lock& one, semaphore& two) -> task<> {
      EXPECT_TRUE(one.locked() && two.locked());
      co_return;
    });
  });
}

TEST_P(Lock, AnErrorInTheSectionReleasesIt) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto failing = create_task([&]() -> task<> {
      const auto held = co_await guarded.acquire();
      co_await sleep(1s);
      throw std::runtime_error("expected");
    });
    co_await sleep(0s);
    co_await hold(guarded, "next");
    EXPECT_THROW(co_await failing, std::runtime_error);
  });

  EXPECT_THAT(log(), ElementsAre("next"));
}

TEST_P(Lock, StatisticsNameTheOwner) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    EXPECT_FALSE(guarded.statistics().locked);
    EXPECT_TRUE(guarded.statistics().owner.empty());

    auto holding = create_task(hold(guarded, "holds", 1s));
    holding.set_name("the keeper");
    auto waiting = create_task(hold(guarded, "waits"));
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(guarded.statistics().locked);
    EXPECT_FALSE(guarded.statistics().broken);
    EXPECT_EQ(guarded.statistics().owner.view(), "the keeper");
    EXPECT_EQ(guarded.statistics().tasks_waiting, 1U);

    co_await waiting;
    EXPECT_FALSE(guarded.statistics().locked);
    EXPECT_TRUE(guarded.statistics().owner.empty());
  });
}

TEST_P(Lock, ServesOneLoopAfterAnother) {
  lock guarded;
  for (const char* name : {"first loop", "second loop"})
    run_on_loop([&]() -> task<> { co_await gather(hold(guarded, name, 1s), hold(guarded, name)); });
  EXPECT_THAT(log(), ElementsAre("first loop", "first loop", "second loop", "second loop"));
}

TEST_P(Lock, ADeadlockIsReportedWithTheCircleOfThoseWhoWaitForEachOther) {
  lock one;
  lock two;
  const auto both = [](lock& first, lock& second, const char* name) -> task<> {
    current_task().set_name(name);
    const auto held_first = co_await first.acquire();
    co_await sleep(1s);
    const auto held_second = co_await second.acquire();
  };
  const auto bystander = [](lock& wanted) -> task<> {
    co_await sleep(500ms);
    const auto held = co_await wanted.acquire();
  };
  std::string report;
  try {
    run_on_loop([&]() -> task<> {
      co_await gather(both(one, two, "ann"), both(two, one, "bob"), bystander(one), bystander(two));
    });
  } catch (const deadlock_error& stuck) {
    report = stuck.message();
  }
  EXPECT_THAT(report, ::testing::AnyOf(HasSubstr("in a circle: ann -> bob -> ann"),
                                       HasSubstr("in a circle: bob -> ann -> bob")));
  EXPECT_FALSE(one.locked() || two.locked());
}

}  // namespace
}  // namespace overlap::asyncio
