// tests/asyncio/cancel_at_each_lock_test.cpp
//
// Programs over locks, events, conditions, barriers and limiters, cancelled at each of their waits: nothing
// stays locked, lent or waited for.

#include <overlap/base/error.hpp>

#include "asyncio/cancel_everywhere.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(CancelAtEachLock);

TEST_P(CancelAtEachLock, Lock) {
  lock guarded;  // must be free again for the next run
  EVERYWHERE([&guarded](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    EXPECT_FALSE(guarded.locked());
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 3; ++i) {
        group.create_task([&]() -> task<> {
          const auto child = around.frames.make();
          auto held = co_await guarded.acquire();
          co_await sleep(1ms);
          held.release();
          co_await with(guarded, [&]() -> task<> { co_await nap(around, 0ms); });
        });
      }
      co_return;
    });
  });
  EXPECT_FALSE(guarded.locked());
  EXPECT_FALSE(guarded.statistics().broken);
  EXPECT_EQ(guarded.statistics().tasks_waiting, 0U);
}

TEST_P(CancelAtEachLock, Event) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    event ready;
    const auto waiter = [&]() -> task<> {
      const auto child = around.frames.make();
      co_await ready.wait();
      co_await sleep(1ms);
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task(waiter());
      group.create_task(waiter());
      co_await sleep(2ms);
      ready.set();
      co_await ready.wait();
    });
    EXPECT_EQ(ready.statistics().tasks_waiting, 0U);
  });
}

TEST_P(CancelAtEachLock, Condition) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    condition changed;
    int stored = 0;
    const auto consumer = [&]() -> task<> {
      const auto child = around.frames.make();
      const auto held = co_await changed.acquire();
      for (int i = 0; i < 2; ++i) {
        co_await changed.wait_for([&] { return stored > 0; });
        EXPECT_TRUE(changed.locked());
        --stored;
        co_await sleep(0ms);
      }
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task(consumer());
      group.create_task(consumer());
      for (int i = 0; i < 4; ++i) {
        co_await with(changed, [&]() -> task<> {
          ++stored;
          changed.notify();
          co_await sleep(i % 2 == 0 ? 1ms : 0ms);
        });
      }
    });
    EXPECT_EQ(stored, 0);
    EXPECT_FALSE(changed.locked());
  });
}

TEST_P(CancelAtEachLock, Barrier) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    barrier meeting(3);
    const auto party = [&](int number) -> task<> {
      const auto child = around.frames.make();
      co_await sleep(duration(1ms) * number);
      co_await meeting.wait();
      co_await sleep(0ms);
      co_await meeting.wait();
    };
    co_await gather(party(0), party(1), party(2));
    EXPECT_EQ(meeting.n_waiting(), 0U);
  });
}

TEST_P(CancelAtEachLock, CapacityLimiter) {
  capacity_limiter limiter(2);
  EVERYWHERE([&limiter](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 5; ++i) {
        group.create_task([&]() -> task<> {
          const auto child = around.frames.make();
          co_await with(limiter, [&]() -> task<> { co_await nap(around, 1ms); });
          const auto again = co_await limiter.acquire();
          co_await sleep(0ms);
        });
      }
      co_return;
    });
  });
  EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  EXPECT_EQ(limiter.statistics().tasks_waiting, 0U);
}

TEST_P(CancelAtEachLock, SemaphoreReleasedByHand) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    semaphore ready(0);
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 3; ++i) {
        group.create_task([&]() -> task<> {
          const auto child = around.frames.make();
          (co_await ready.acquire()).detach();
        });
      }
      co_await sleep(1ms);
      ready.release(2);
      co_await sleep(1ms);
      ready.release();
    });
    EXPECT_TRUE(ready.locked());
  });
}

}  // namespace overlap::asyncio
