// tests/asyncio/condition_test.cpp
//
// Waiting under a lock: the lock is given back and taken again, and who is notified goes on once it has it.
// Numbers are the lines of requirements §3.

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Condition : public LoopTest {
 protected:
  /// Waits once, and notes it with the lock held.
  task<> wait(condition& changed, std::string name) {
    const auto held = co_await changed.acquire();
    co_await changed.wait();
    EXPECT_TRUE(changed.locked());
    note(name);
  }
};
INSTANTIATE_TEST_SUITE_P(on, Condition, all_backends(), backend_name);

// 39. CPython's test_wait.
TEST_P(Condition, WhoIsNotifiedGoesOnWhenItHasTheLock) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto first = create_task(wait(changed, "1"));
    auto second = create_task(wait(changed, "2"));
    auto third = create_task(wait(changed, "3"));
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(changed.locked()) << "they gave it back";

    auto held = co_await changed.acquire();
    changed.notify();
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(log(), IsEmpty()) << "the lock is still held";

    held.release();
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(log(), ElementsAre("1"));

    held = co_await changed.acquire();
    changed.notify(2);
    held.release();
    co_await gather(first, second, third);
    EXPECT_FALSE(changed.locked());
  });

  EXPECT_THAT(log(), ElementsAre("1", "2", "3"));
}

// CPython's test_notify.
TEST_P(Condition, NotifiesAtMostThoseWhoWait) {
  run_on_loop([&]() -> task<> {
    condition changed;
    std::vector<task_handle<>> waiting;
    for (const char* name : {"1", "2", "3"}) waiting.push_back(create_task(wait(changed, name)));
    co_await wait_all_tasks_blocked();

    {
      const auto held = co_await changed.acquire();
      changed.notify(0);
      changed.notify(1);
    }
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(log(), ElementsAre("1"));

    {
      const auto held = co_await changed.acquire();
      changed.notify(1);
      changed.notify(2048);
    }
    co_await gather(waiting);
  });

  EXPECT_THAT(log(), ElementsAre("1", "2", "3"));
}

// CPython's test_notify_all.
TEST_P(Condition, NotifiesAllWhoWaitNowAndNobodyWhoComesLater) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto first = create_task(wait(changed, "1"));
    auto second = create_task(wait(changed, "2"));
    co_await wait_all_tasks_blocked();
    auto held = co_await changed.acquire();
    changed.notify_all();
    auto late = create_task(wait(changed, "late"));
    held.release();
    co_await gather(first, second);
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(late.done());
    EXPECT_EQ(changed.statistics().tasks_waiting, 1U);

    held = co_await changed.acquire();
    changed.notify_all();
    held.release();
    co_await late;
  });

  EXPECT_THAT(log(), ElementsAre("1", "2", "late"));
}

TEST_P(Condition, NotifyingNobodyIsNotRemembered) {
  run_on_loop([&]() -> task<> {
    condition changed;
    co_await with(changed, [&]() -> task<> {
      changed.notify();
      changed.notify_all();
      co_return;
    });
    EXPECT_THROW(co_await wait_for(wait(changed, "woken"), 1s), timeout_error);
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 39. CPython's test_wait_for.
TEST_P(Condition, WaitForLooksAgainAfterEachNotification) {
  run_on_loop([&]() -> task<> {
    condition changed;
    int looked = 0;
    int value = 0;
    auto waiting = create_task([&]() -> task<int> {
      const auto held = co_await changed.acquire();
      co_return co_await changed.wait_for([&] {
        EXPECT_TRUE(changed.locked());
        ++looked;
        return value;
      });
    });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(looked, 1);

    co_await with(changed, [&]() -> task<> {
      changed.notify();
      co_return;
    });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(looked, 2);
    EXPECT_FALSE(waiting.done());

    co_await with(changed, [&]() -> task<> {
      value = 7;
      changed.notify();
      co_return;
    });
    EXPECT_EQ(co_await waiting, 7);
    EXPECT_EQ(looked, 3);
    EXPECT_FALSE(changed.locked());
  });
}

// CPython's test_wait_for_unacquired.
TEST_P(Condition, WaitForNeedsNoLockIfItIsTrueAtOnce) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto found = co_await changed.wait_for([] { return std::make_unique<int>(3); });
    EXPECT_EQ(*found, 3);
    const auto never = [] { return false; };
    EXPECT_THROW(co_await changed.wait_for(never), invalid_state_error);
  });
}

TEST_P(Condition, APredicateThatThrowsLeavesTheLockHeld) {
  run_on_loop([&]() -> task<> {
    condition changed;
    int looked = 0;
    auto waiting = create_task([&]() -> task<> {
      const auto held = co_await changed.acquire();
      const auto throws = [&]() -> bool {
        if (++looked == 1) return false;
        throw std::runtime_error("expected");
      };
      EXPECT_THROW(co_await changed.wait_for(throws), std::runtime_error);
      EXPECT_TRUE(changed.locked());
    });
    co_await wait_all_tasks_blocked();
    co_await with(changed, [&]() -> task<> {
      changed.notify();
      co_return;
    });
    co_await waiting;
    EXPECT_FALSE(changed.locked());
  });
}

// CPython's test_explicit_lock.
TEST_P(Condition, WorksOverALockOfItsOwnOrAGivenOne) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    condition changed(guarded);
    co_await with(changed, [&]() -> task<> {
      EXPECT_TRUE(guarded.locked() && changed.locked());
      co_return;
    });
    EXPECT_FALSE(guarded.locked() || changed.locked());
    co_await with(guarded, [&]() -> task<> {
      EXPECT_TRUE(guarded.locked() && changed.locked());
      changed.notify_all();
      co_return;
    });
    EXPECT_FALSE(guarded.locked() || changed.locked());

    auto held = changed.try_acquire();
    EXPECT_TRUE(held.has_value() && guarded.locked());
    held->detach();
    changed.release();
    EXPECT_FALSE(guarded.locked());
  });
}

TEST_P(Condition, SeveralShareALock) {
  run_on_loop([&]() -> task<> {
    lock guarded;
    condition not_empty(guarded);
    condition not_full(guarded);
    int stored = 0;
    int most = 0;
    int taken = 0;
    const auto produce = [&]() -> task<> {
      for (int i = 0; i < 20; ++i) {
        const auto held = co_await guarded.acquire();
        co_await not_full.wait_for([&] { return stored < 3; });
        most = std::max(most, ++stored);
        not_empty.notify();
      }
    };
    const auto consume = [&]() -> task<> {
      for (int i = 0; i < 10; ++i) {
        const auto held = co_await guarded.acquire();
        co_await not_empty.wait_for([&] { return stored > 0; });
        --stored;
        ++taken;
        not_full.notify();
      }
    };
    co_await gather(produce(), consume(), consume());
    EXPECT_EQ(taken, 20);
    EXPECT_LE(most, 3);
    EXPECT_EQ(stored, 0);
  });
}

// The notified wait for the lock behind those who were there before, and before those who come later.
TEST_P(Condition, TheNotifiedTakeTheirPlaceInTheLineForTheLock) {
  run_on_loop([&]() -> task<> {
    condition changed;
    auto first = create_task(wait(changed, "notified"));
    co_await wait_all_tasks_blocked();
    auto held = co_await changed.acquire();
    const auto taker = [&](std::string name) -> task<> {
      const auto mine = co_await changed.acquire();
      note(name);
    };
    auto earlier = create_task(taker("earlier"));
    co_await wait_all_tasks_blocked();
    changed.notify();
    auto later = create_task(taker("later"));
    co_await wait_all_tasks_blocked();
    held.release();
    co_await gather(first, earlier, later);
  });

  EXPECT_THAT(log(), ElementsAre("earlier", "notified", "later"));
}

// trio's test_Condition.
TEST_P(Condition, StatisticsTellWhereTasksWait) {
  run_on_loop([&]() -> task<> {
    condition changed;
    std::vector<task_handle<>> waiting;
    for (const char* name : {"1", "2", "3"}) waiting.push_back(create_task(wait(changed, name)));
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(changed.statistics().tasks_waiting, 3U);

    auto held = co_await changed.acquire();
    changed.notify(2);
    EXPECT_EQ(changed.statistics().tasks_waiting, 1U);
    EXPECT_EQ(changed.statistics().of_lock.tasks_waiting, 2U);
    held.release();
    EXPECT_EQ(changed.statistics().of_lock.tasks_waiting, 1U) << "handed to the first";

    co_await wait_all_tasks_blocked();
    EXPECT_EQ(changed.statistics().of_lock.tasks_waiting, 0U);
    held = co_await changed.acquire();
    changed.notify_all();
    held.release();
    co_await gather(waiting);
  });
}

}  // namespace
}  // namespace overlap::asyncio
