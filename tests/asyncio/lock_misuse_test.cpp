// tests/asyncio/lock_misuse_test.cpp
//
// A lock knows its owner: what happens when a task takes it twice, releases what another one holds, or ends
// without releasing it. Numbers are the lines of requirements §3.

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(LockMisuse);
OVERLAP_LOOP_SUITE(BrokenLock);

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_P(LockMisuse, AcquiringItAgainIsAnErrorAndNoDeadlock) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    const auto held = co_await guarded.acquire();
    EXPECT_THROW(static_cast<void>(co_await guarded.acquire()), invalid_state_error);
    EXPECT_THROW(static_cast<void>(guarded.try_acquire()), invalid_state_error);
    EXPECT_THAT(error_of([&] { static_cast<void>(guarded.try_acquire()); }), HasSubstr("release it first"));
    EXPECT_TRUE(guarded.locked());
    EXPECT_EQ(guarded.statistics().tasks_waiting, 0U);
  });
}

// 36. CPython's test_release_not_acquired.
TEST_P(LockMisuse, ReleasingALockThatIsNotLockedIsAnError) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    EXPECT_THAT(error_of([&] { guarded.release(); }), HasSubstr("not locked"));
    (co_await guarded.acquire()).detach();
    guarded.release();
    EXPECT_THROW(guarded.release(), invalid_state_error);
    EXPECT_FALSE(guarded.locked());
  });
}

// CPython's test_release_no_waiters, with the lock released by hand.
TEST_P(LockMisuse, ADetachedLockIsHeldUntilItsTaskReleasesIt) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    (co_await guarded.acquire()).detach();
    EXPECT_TRUE(guarded.locked());
    auto waiting = create_task([&]() -> task<> { const auto held = co_await guarded.acquire(); });
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(waiting.done());
    guarded.release();
    co_await waiting;
    EXPECT_FALSE(guarded.locked());
  });
}

TEST_P(LockMisuse, ReleasingWhatAnotherTaskHoldsIsAnErrorThatNamesIt) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto held = co_await guarded.acquire();
    current_task().set_name("the owner");
    auto other = create_task([&]() -> task<> {
      EXPECT_THAT(error_of([&] { guarded.release(); }), HasSubstr("the owner holds the lock"));
      co_return;
    });
    co_await other;
    EXPECT_TRUE(guarded.locked());

    auto third = create_task([&]() -> task<> {
      EXPECT_THAT(error_of([&] { held.release(); }), HasSubstr("the owner holds the lock"));
      co_return;
    });
    co_await third;
    EXPECT_TRUE(guarded.locked()) << "the guard is empty now, and the task must release by hand";
    guarded.release();
  });
}

TEST_P(LockMisuse, OnlyATaskCanHoldALock) {
  lock guarded;
  EXPECT_THROW(static_cast<void>(guarded.try_acquire()), invalid_state_error);
  run_on_loop([&]() -> task<> {
    bool refused = false;
    get_running_loop().call_soon([&] {
      try {
        static_cast<void>(guarded.try_acquire());
      } catch (const invalid_state_error&) {
        refused = true;
      }
    });
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(refused);
    EXPECT_FALSE(guarded.locked());
  });
}

TEST_P(LockMisuse, ALockThatAnotherLoopsTaskHoldsIsRefused) {
  lock guarded;
  std::string advice;
  run_on_loop([&]() -> task<> {
    const auto held = co_await guarded.acquire();
    as_if_in_another_thread([&] {
      advice =
          advice_of([&] { run_on_loop([&]() -> task<> { static_cast<void>(co_await guarded.acquire()); }); });
    });
  });
  EXPECT_THAT(advice, HasSubstr("a task of another loop"));
  EXPECT_FALSE(guarded.locked());
}

// Whoever waits for a task that has ended with the lock would wait for ever.
TEST_P(BrokenLock, AnOwnerThatEndsWithoutReleasingSendsTheWaitersAway) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    std::optional<lock::guard> kept;
    auto owner = create_task([&]() -> task<> {
      kept = co_await guarded.acquire();
      co_await sleep(1s);
    });
    owner.set_name("careless");
    const auto waiter = [&](std::string name) -> task<> {
      try {
        const auto held = co_await guarded.acquire();
        note(name + " has it");
      } catch (const broken_lock_error&) {
        note(name + " was told");
      }
    };
    auto first = create_task(waiter("first"));
    auto second = create_task(waiter("second"));
    co_await gather(first, second);
    co_await waiter("late");

    EXPECT_FALSE(guarded.locked());
    EXPECT_TRUE(guarded.statistics().broken);
    EXPECT_EQ(guarded.statistics().owner.view(), "careless");
    EXPECT_THROW(static_cast<void>(guarded.try_acquire()), broken_lock_error);
    EXPECT_THROW(guarded.release(), broken_lock_error);
    kept.reset();  // has nothing to release
  });

  EXPECT_THAT(log(), ElementsAre("first was told", "second was told", "late was told"));
}

TEST_P(BrokenLock, AnOwnerThatFailsOrIsCancelledBreaksItToo) {
  run_on_loop([&]() -> task<> {
    lock one;
    auto failing = create_task([&]() -> task<> {
      (co_await one.acquire()).detach();
      throw std::runtime_error("expected");
    });
    EXPECT_THROW(co_await failing, std::runtime_error);
    EXPECT_THROW(static_cast<void>(co_await one.acquire()), broken_lock_error);

    lock two;
    auto stopped = create_task([&]() -> task<> {
      (co_await two.acquire()).detach();
      co_await sleep(1h);
    });
    co_await sleep(0s);
    stopped.cancel();
    EXPECT_THROW(static_cast<void>(co_await two.acquire()), broken_lock_error);
  });
}

// trio's test_lock_handover: only the end of the task that holds it now counts.
TEST_P(BrokenLock, TheNewOwnerOfALockThatWasHandedOverBreaksItAndNotTheOldOne) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto tidy = create_task([&]() -> task<> {
      const auto held = co_await guarded.acquire();
      co_await sleep(1s);
    });
    auto careless = create_task([&]() -> task<> {
      (co_await guarded.acquire()).detach();
      co_await sleep(1s);
    });
    co_await tidy;
    co_await sleep(0s);
    EXPECT_TRUE(guarded.locked());
    EXPECT_FALSE(guarded.statistics().broken);
    co_await careless;
    EXPECT_FALSE(guarded.locked());
    EXPECT_TRUE(guarded.statistics().broken);
  });
}

TEST_P(BrokenLock, AWaiterThatIsCancelledInTheTurnOfTheBreakIsStoppedOrTold) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto owner = create_task([&]() -> task<> {
      (co_await guarded.acquire()).detach();
      co_await sleep(1s);
    });
    co_await sleep(0s);
    auto waiting = create_task([&]() -> task<> { static_cast<void>(co_await guarded.acquire()); });
    co_await wait_all_tasks_blocked();
    waiting.cancel();
    co_await owner;
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_TRUE(guarded.statistics().broken);
  });
}

// The value of a task outlives the task, so it is no place for a guard.
TEST_P(BrokenLock, AGuardThatIsTheResultOfATaskBreaksIt) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    auto fetched = create_task([&]() -> task<lock::guard> { co_return co_await guarded.acquire(); });
    const auto useless = co_await std::move(fetched);
    EXPECT_THROW(static_cast<void>(co_await guarded.acquire()), broken_lock_error);
  });
}

// Awaited, not started as a task of its own, it is the same task.
TEST_P(BrokenLock, AGuardThatIsTheResultOfACoroutineIsGood) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    const auto fetch = [&]() -> task<lock::guard> {
      co_await sleep(1s);
      co_return co_await guarded.acquire();
    };
    {
      const auto held = co_await fetch();
      EXPECT_TRUE(guarded.locked());
    }
    EXPECT_FALSE(guarded.locked());
    EXPECT_FALSE(guarded.statistics().broken);
  });
}

}  // namespace

// Death tests run on one backend: what they look at is before any.
TEST(LockMisuseDeath, ALockIsNotDestroyedWhileTasksWaitForIt) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   auto guarded = std::make_unique<lock>();
                                   (co_await guarded->acquire()).detach();
                                   auto waiting = create_task([wanted = guarded.get()]() -> task<> {
                                     static_cast<void>(co_await wanted->acquire());
                                   });
                                   co_await wait_all_tasks_blocked();
                                   guarded.reset();
                                 }),
               "destroyed while tasks wait for it");
}

TEST(LockMisuseDeath, ALockIsNotDestroyedWhileATaskHoldsIt) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   auto guarded = std::make_unique<lock>();
                                   const auto held = co_await guarded->acquire();
                                   guarded.reset();
                                 }),
               "declare the lock before its guards");
}

TEST(LockMisuseDeath, AGuardDoesNotEndInAnotherTask) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   lock guarded;
                                   std::optional<lock::guard> held(co_await guarded.acquire());
                                   auto other = create_task([&]() -> task<> {
                                     held.reset();
                                     co_return;
                                   });
                                   co_await other;
                                 }),
               "keep it in the task that acquired it");
}

}  // namespace overlap::asyncio
