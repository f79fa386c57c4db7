// tests/testing/lock_schedules_test.cpp
//
// The primitives that let tasks in and make them wait, with three tasks in every schedule there is, and with
// one of them cancelled at every moment.

#include "testing/every_schedule.hpp"

namespace overlap::asyncio {
namespace {

// How many are inside, and that it is never more than may be.
struct room {
  int inside = 0;
  int most = 0;
  int visits = 0;
  int limit = 1;

  void enter() {
    demand(++inside <= limit, "too many are inside");
    most = std::max(most, inside);
    ++visits;
  }
  void leave() { --inside; }
};

// Leaves a room on every way out.
struct visit {
  explicit visit(room& entered) : entered_(entered) { entered_.enter(); }
  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;
  ~visit() { entered_.leave(); }
  room& entered_;
};

TEST(EverySchedule, SemaphoreLetsInAsManyAsItHasPermits) {
  for (const int permits : {1, 2}) {
    int fullest = 0;
    in_every_schedule([&]() -> task<> {
      semaphore gate(permits);
      room hall{.limit = permits};
      const auto body = [&](int) -> task<> {
        auto permit = co_await gate.acquire();
        const visit here(hall);
        co_await sleep(0s);
      };
      co_await three_tasks(body);
      demand(hall.visits == 3, "somebody was never let in");
      demand(gate.statistics().permits_free == static_cast<std::size_t>(permits), "a permit was lost");
      fullest = std::max(fullest, hall.most);
    });
    EXPECT_EQ(fullest, permits);
  }
}

TEST(EverySchedule, SemaphoreLosesNoPermitToACancellation) {
  in_every_schedule([]() -> task<> {
    bounded_semaphore gate(1);
    room hall;
    const auto body = [&](int) -> task<> {
      for (int round = 0; round < 2; ++round) {
        auto permit = co_await gate.acquire();
        const visit here(hall);
        co_await sleep(0s);
      }
    };
    co_await three_tasks_one_cancelled(body);
    demand(hall.visits >= 4, "somebody was never let in");
    demand(gate.statistics().permits_free == 1 && gate.statistics().tasks_waiting == 0, "a permit was lost");
  });
}

TEST(EverySchedule, LockMakesACheckAndAnActOne) {
  const std::size_t schedules = in_every_schedule([]() -> task<> {
    lock guarded;
    int balance = 200;
    const auto body = [&](int) -> task<> {
      const auto held = co_await guarded.acquire();
      if (balance < 100) co_return;
      co_await sleep(0s);
      balance -= 100;
    };
    co_await three_tasks(body);
    demand(balance == 0, "two of three withdrawals are possible");
    demand(!guarded.locked(), "the lock was kept");
  });
  EXPECT_GT(schedules, 6U);
}

// The twin without a lock, to show that the above could fail.
TEST(EverySchedule, WithoutALockACheckAndAnActAreTwo) {
  const testing::exploration_report report =
      testing::find_failure({.by = testing::strategy::exhaustive}, []() -> task<> {
        int balance = 200;
        const auto body = [&](int) -> task<> {
          if (balance < 100) co_return;
          co_await sleep(0s);
          balance -= 100;
        };
        co_await three_tasks(body);
        demand(balance == 0, "two of three withdrawals are possible");
      });
  EXPECT_TRUE(report.failed());
}

TEST(EverySchedule, LockGoesToTheNextWhenAWaiterOrItsHolderIsCancelled) {
  in_every_schedule([]() -> task<> {
    lock guarded;
    room hall;
    const auto body = [&](int) -> task<> {
      for (int round = 0; round < 2; ++round) {
        const auto held = co_await guarded.acquire();
        const visit here(hall);
        co_await sleep(0s);
      }
    };
    co_await three_tasks_one_cancelled(body);
    demand(hall.visits >= 4, "somebody was never let in");
    demand(!guarded.locked(), "the lock was kept");
  });
}

TEST(EverySchedule, CapacityLimiterLendsEachTokenOnce) {
  in_every_schedule([]() -> task<> {
    capacity_limiter limiter(2);
    room hall{.limit = 2};
    const auto body = [&](int) -> task<> {
      for (int round = 0; round < 2; ++round) {
        auto token = co_await limiter.acquire();
        const visit here(hall);
        co_await sleep(0s);
      }
    };
    co_await three_tasks_one_cancelled(body);
    demand(hall.visits >= 4, "somebody was never let in");
    demand(limiter.statistics().borrowed_tokens == 0, "a token was lost");
  });
}

TEST(EverySchedule, EventWakesAllWhoWaitAndAllWhoCome) {
  in_every_schedule([]() -> task<> {
    event opened;
    int passed = 0;
    const auto body = [&](int i) -> task<> {
      if (i == 2) {
        co_await sleep(0s);
        opened.set();
      } else {
        co_await opened.wait();
        demand(opened.is_set(), "it was woken by nothing");
      }
      ++passed;
    };
    co_await three_tasks(body);
    demand(passed == 3, "somebody waits still");
  });
}

TEST(EverySchedule, EventWakesTheOthersWhenOneIsCancelled) {
  in_every_schedule([]() -> task<> {
    event opened;
    const auto body = [&](int i) -> task<> {
      if (i == 2) {
        opened.set();
      } else {
        co_await opened.wait();
      }
    };
    co_await three_tasks_one_cancelled(body);
    demand(opened.statistics().tasks_waiting == 0, "somebody waits still");
  });
}

TEST(EverySchedule, ConditionLosesNoNotification) {
  in_every_schedule([]() -> task<> {
    condition changed;
    int items = 0;
    int taken = 0;
    const auto body = [&](int i) -> task<> {
      const auto held = co_await changed.acquire();
      if (i == 2) {
        items = 2;
        changed.notify(2);
        co_return;
      }
      while (items == 0) co_await changed.wait();
      --items;
      ++taken;
    };
    co_await three_tasks(body);
    demand(items == 0 && taken == 2, "an item was lost");
  });
}

TEST(EverySchedule, ConditionPassesANotificationOnWhenItsReceiverIsCancelled) {
  in_every_schedule([]() -> task<> {
    condition changed;
    int items = 0;
    int taken = 0;
    const auto body = [&](int i) -> task<> {
      const auto held = co_await changed.acquire();
      if (i == 2) {
        ++items;
        changed.notify(1);
        co_return;
      }
      while (items == 0) co_await changed.wait();
      --items;
      ++taken;
      if (i == 0) {  // gives it back, if it gets that far
        ++items;
        --taken;
        changed.notify(1);
      }
    };
    co_await three_tasks_one_cancelled(body);
    demand(items == 0 && taken == 1, "the item was lost");
  });
}

TEST(EverySchedule, BarrierLetsThreeThroughAtOnceAndGivesEachANumber) {
  in_every_schedule([]() -> task<> {
    barrier start(3);
    int arrived = 0;
    std::array<int, 3> numbers{};
    const auto body = [&](int) -> task<> {
      ++arrived;
      const std::size_t number = co_await start.wait();
      demand(arrived == 3, "somebody went through too early");
      ++numbers[number];
    };
    co_await three_tasks(body);
    demand(numbers == std::array{1, 1, 1}, "two have the same number");
  });
}

TEST(EverySchedule, BarrierCountsNobodyWhoWasCancelled) {
  in_every_schedule([]() -> task<> {
    barrier pairs(2);
    int through = 0;
    const auto body = [&](int i) -> task<> {
      co_await pairs.wait();
      if (i != 0) ++through;
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto first = group.create_task([&]() -> task<> { co_await body(0); });
      auto second = group.create_task([&]() -> task<> { co_await body(1); });
      auto third = group.create_task([&]() -> task<> { co_await body(2); });
      co_await sleep(0s);
      first.cancel();
      // If the first went through with one of the others, that leaves one alone.
      co_await testing::wait_all_tasks_blocked();
      demand(pairs.n_waiting() == (first.cancelled() ? 0U : 1U), "a cancelled task is counted");
      second.cancel();
      third.cancel();
    });
    demand(pairs.n_waiting() == 0, "somebody waits still");
  });
}

}  // namespace
}  // namespace overlap::asyncio
