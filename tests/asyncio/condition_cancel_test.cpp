// tests/asyncio/condition_cancel_test.cpp
//
// A waiter that is cancelled takes the lock back before it stops, and no notification is lost with it.
// Numbers are the lines of requirements §3.

#include <memory>
#include <optional>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(ConditionMisuse);

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConditionCancel : public LoopTest {
 protected:
  /// Waits with a destructor in place that looks whether the lock is held while it is stopped.
  task<> wait(condition& changed, std::string name) {
    const auto held = co_await changed.acquire();
    struct ending {
      condition& over;
      ConditionCancel& test;
      std::string name;
      ~ending() { test.note(name + (over.locked() ? " ends locked" : " ends unlocked")); }
    };
    const ending at_end{changed, *this, name};
    co_await changed.wait();
    note(name + " woken");
  }
};
INSTANTIATE_TEST_SUITE_P(on, ConditionCancel, all_backends(), backend_name);

// 38. CPython's test_wait_cancel.
TEST_P(ConditionCancel, TakesTheLockBackBeforeItStops) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto waiting = create_task(wait(changed, "it"));
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(changed.locked());

    waiting.cancel();
    EXPECT_TRUE(changed.locked()) << "it was free, so the waiter has it";
    EXPECT_EQ(changed.statistics().tasks_waiting, 0U);
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_FALSE(changed.locked());
  });

  EXPECT_THAT(log(), ElementsAre("it ends locked"));
}

// 38.
TEST_P(ConditionCancel, WaitsForTheLockBeforeItStops) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto waiting = create_task(wait(changed, "it"));
    co_await wait_all_tasks_blocked();

    auto held = co_await changed.acquire();
    waiting.cancel();
    co_await sleep(1s);
    EXPECT_FALSE(waiting.done());
    EXPECT_EQ(changed.statistics().tasks_waiting, 0U);
    EXPECT_EQ(changed.statistics().of_lock.tasks_waiting, 1U);
    changed.notify_all();  // comes too late for it
    held.release();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_FALSE(changed.locked());
  });

  EXPECT_THAT(log(), ElementsAre("it ends locked"));
}

// 38. CPython's test_wait_cancel_contested: notified, then cancelled, then the lock comes free.
TEST_P(ConditionCancel, ANotificationThatWasGivenIsDelivered) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto waiting = create_task([&]() -> task<> {
      co_await wait(changed, "it");
      co_await sleep(1h);
      note("went on");
    });
    co_await wait_all_tasks_blocked();
    auto held = co_await changed.acquire();
    changed.notify();
    waiting.cancel();
    held.release();
    EXPECT_TRUE(changed.locked());
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled()) << "at its next wait";
    EXPECT_FALSE(changed.locked());
  });

  EXPECT_THAT(log(), ElementsAre("it woken", "it ends locked"));
}

// CPython's test_wait_cancel_after_notify: cancelled while it waits for the lock.
TEST_P(ConditionCancel, ANotifiedTaskThatWaitsForTheLockIsNotStoppedThere) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto waiting = create_task(wait(changed, "it"));
    co_await wait_all_tasks_blocked();
    auto held = co_await changed.acquire();
    changed.notify();
    co_await sleep(1s);
    waiting.cancel();
    co_await sleep(1s);
    EXPECT_FALSE(waiting.done());
    held.release();
    co_await waiting;
    EXPECT_FALSE(waiting.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("it woken", "it ends locked"));
}

// 38. CPython's test_cancelled_wakeup and its _relock: one item, two consumers, and the first is cancelled as
// it is notified, at once or while it waits for the lock.
TEST_P(ConditionCancel, NoNotificationIsLost) {
  for (const bool settles : {false, true}) {
    run_on_loop([&]() -> task<> {
      condition changed;
      int state = 0;
      const auto consumer = [&]() -> task<> {
        const auto held = co_await changed.acquire();
        for (;;) {
          co_await changed.wait_for([&] { return state != 0; });
          if (state < 0) co_return;
          --state;
        }
      };
      auto first = create_task(consumer());
      auto second = create_task(consumer());
      co_await wait_all_tasks_blocked();

      auto held = co_await changed.acquire();
      ++state;
      changed.notify(1);
      if (settles) co_await sleep(1ms);
      first.cancel();
      EXPECT_THROW(co_await wait_for(changed.wait_for([&] { return state == 0; }), 1s), timeout_error)
          << "nobody notifies of that";
      EXPECT_EQ(state, 0);
      state = -1;
      changed.notify_all();
      held.release();
      co_await second;
      EXPECT_TRUE(first.cancelled());
    });
  }
}

// CPython's test_timeout_in_block: whoever absorbs the stop finds the lock held.
TEST_P(ConditionCancel, ATimeLimitOnWaitLeavesTheLockHeld) {
  run_on_loop([&]() -> task<> {
    condition changed;
    const auto held = co_await changed.acquire();
    auto other = create_task([&]() -> task<> {
      const auto mine = co_await changed.acquire();
      co_await sleep(5s);
    });
    EXPECT_THROW(co_await wait_for(changed.wait(), 1s), timeout_error);
    EXPECT_EQ(testing::now().since_start(), duration(5s)) << "as soon as the other one had left";
    EXPECT_TRUE(changed.locked());
    changed.notify_all();
    co_await other;
  });
}

// Cleanup that waits is inside the section too.
TEST_P(ConditionCancel, CleanupFindsTheLockHeld) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto waiting = create_task([&]() -> task<> {
      const auto held = co_await changed.acquire();
      co_await finally([&]() -> task<> { co_await changed.wait(); },
                       [&]() -> task<> {
                         EXPECT_TRUE(changed.locked());
                         co_await sleep(1s);
                         EXPECT_TRUE(changed.locked());
                         changed.notify_all();
                         note("cleaned up");
                       });
    });
    co_await wait_all_tasks_blocked();
    waiting.cancel();
    const auto held = co_await changed.acquire();
    note("next");
    EXPECT_TRUE(waiting.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up", "next"));
}

TEST_P(ConditionCancel, WaitInACancelledScopeStopsWithoutGivingTheLockAway) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto rival = create_task([&]() -> task<> {
      co_await sleep(0s);
      const auto held = co_await changed.acquire();
      note("rival");
    });
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      const auto held = co_await changed.acquire();
      scope.cancel();
      const noted_end at_end = noted_end(const_cast<std::vector<std::string>&>(log()), "stopped");
      co_await changed.wait();
      note("went on");
    });
    co_await rival;
  });

  EXPECT_THAT(log(), ElementsAre("stopped", "rival"));
}

// CPython's test_cancelled_error_wakeup: the reason arrives as it was given.
TEST_P(ConditionCancel, TheReasonIsKept) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto waiting = create_task(wait(changed, "it"));
    co_await wait_all_tasks_blocked();
    waiting.cancel("foo");
    std::string message;
    try {
      co_await waiting;
    } catch (const cancelled_error& cancelled) {
      message = std::string(cancelled.message());
    }
    EXPECT_THAT(message, HasSubstr("foo"));
  });
}

// 39. CPython's test_wait_unacquired, test_notify_unacquired, test_notify_all_unacquired.
TEST_P(ConditionMisuse, WaitingOrNotifyingWithoutTheLockIsAnError) {
  run_on_loop([&]() -> task<> {
    condition changed;
    EXPECT_THROW(co_await changed.wait(), invalid_state_error);
    EXPECT_THAT(error_of([&] { changed.notify(); }), HasSubstr("notify: the lock is not locked"));
    EXPECT_THAT(error_of([&] { changed.notify_all(); }), HasSubstr("notify_all"));
    EXPECT_EQ(changed.statistics().tasks_waiting, 0U);
  });
}

TEST_P(ConditionMisuse, TheLockOfAnotherTaskDoesNotCount) {
  run_on_loop([&]() -> task<> {
    condition changed;
    const auto held = co_await changed.acquire();
    current_task().set_name("the owner");
    auto other = create_task([&]() -> task<> {
      EXPECT_THROW(co_await changed.wait(), invalid_state_error);
      EXPECT_THAT(error_of([&] { changed.notify(); }), HasSubstr("the owner holds the lock"));
    });
    co_await other;
    EXPECT_TRUE(changed.locked());
  });
}

TEST_P(ConditionMisuse, ABrokenLockSendsEverybodyAway) {
  run_on_loop([&]() -> task<> {
    condition changed;
    const auto waiter = [&](std::string name) -> task<> {
      const auto held = co_await changed.acquire();
      try {
        co_await changed.wait();
        note(name + " woken");
      } catch (const broken_lock_error&) {
        note(name + " told");
      }
    };
    auto first = create_task(waiter("first"));
    auto second = create_task(waiter("second"));
    auto third = create_task(waiter("third"));
    co_await wait_all_tasks_blocked();
    auto careless = create_task([&]() -> task<> {
      (co_await changed.acquire()).detach();
      changed.notify();
      third.cancel();
      co_await sleep(1s);
    });
    co_await gather(first, second, careless);
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(third.cancelled()) << "it stops, without the lock that nobody can have";
    EXPECT_THROW(changed.notify(), broken_lock_error);
  });

  EXPECT_THAT(log(), ::testing::UnorderedElementsAre("first told", "second told"));
}

TEST_P(ConditionMisuse, MayBeDestroyedOnceTheWaitersAreNotified) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    std::optional<condition> changed(std::in_place, guarded);
    auto waiting = create_task([&]() -> task<> {
      const auto held = co_await guarded.acquire();
      co_await changed->wait();
      note("woken");
    });
    co_await wait_all_tasks_blocked();
    auto held = co_await guarded.acquire();
    changed->notify();
    changed.reset();
    held.release();
    co_await waiting;
  });

  EXPECT_THAT(log(), ElementsAre("woken"));
}

}  // namespace

// Death tests run on one backend: what they look at is before any.
TEST(ConditionMisuseDeath, AConditionIsNotDestroyedWhileTasksWaitForIt) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   lock guarded;
                                   auto changed = std::make_unique<condition>(guarded);
                                   auto waiting = create_task([at = changed.get()]() -> task<> {
                                     const auto held = co_await at->acquire();
                                     co_await at->wait();
                                   });
                                   co_await wait_all_tasks_blocked();
                                   changed.reset();
                                 }),
               "a condition is destroyed while tasks wait for it");
}

TEST(ConditionMisuseDeath, ALockIsNotDestroyedBeforeAConditionOverIt) {
  EXPECT_DEATH(
      {
        auto guarded = std::make_unique<lock>();
        const condition changed(*guarded);
        guarded.reset();
      },
      "declare the lock first");
}

}  // namespace overlap::asyncio
