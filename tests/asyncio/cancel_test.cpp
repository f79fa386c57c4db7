// tests/asyncio/cancel_test.cpp
//
// When a cancellation takes effect: at waits, for good, and never against a value that is there already.
// Numbers are the lines of requirements §3, restated for a stop that cannot be caught (design §4.3).

#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(Cancel);

// 2.
TEST_P(Cancel, OfATaskThatHasEndedDoesNothing) {
  run_on_loop([&]() -> task<> {
    auto done = create_task([]() -> task<int> { co_return 42; });
    EXPECT_EQ(co_await done, 42);

    EXPECT_FALSE(done.cancel());

    EXPECT_FALSE(done.cancelled());
    EXPECT_EQ(done.result(), 42);
  });
}

// 2. and 4.
TEST_P(Cancel, CountsOnceAndKeepsTheFirstReason) {
  run_on_loop([&]() -> task<> {
    auto waiting = create_task([]() -> task<> { co_await sleep(1h); });
    waiting.set_name("sleeper");
    co_await wait_all_tasks_blocked();

    EXPECT_TRUE(waiting.cancel("first reason"));
    EXPECT_TRUE(waiting.cancel("second reason"));

    try {
      co_await waiting;
      ADD_FAILURE() << "it was cancelled";
    } catch (const cancelled_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("sleeper"));
      EXPECT_THAT(error.what(), HasSubstr("first reason"));
    }
  });
}

// 5. A body that never waits again ends with its value.
TEST_P(Cancel, DoesNotTouchCodeThatDoesNotWait) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task([]() -> task<int> { co_return 7; });
    EXPECT_TRUE(handle.cancel());
    EXPECT_EQ(co_await handle, 7);
    EXPECT_FALSE(handle.cancelled());
  });
}

// Once cancelled, a scope stops every wait: cleanup that forgets this cannot hang.
TEST_P(Cancel, IsLevelTriggered) {
  run_on_loop([&]() -> task<> {
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      const auto waits_in_cleanup = [&](const char* name) -> task<> {
        co_await finally([]() -> task<> { co_await sleep(1h); },
                         [this, name]() -> task<> {
                           note(name);
                           co_return;
                         });
        note("went on");
      };
      co_await with(task_group(), [&](task_group& group) -> task<> {
        group.create_task(waits_in_cleanup, "first");
        group.create_task(waits_in_cleanup, "second");
        co_await sleep(0s);
        note("body went on");
      });
      note("scope went on");
    });
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(log(), ElementsAre("first", "second"));
}

TEST_P(Cancel, StopsEvenASleepOfZero) {
  run_on_loop([&]() -> task<> {
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      note("before");
      co_await sleep(0s);
      note("after");
    });
  });

  EXPECT_THAT(log(), ElementsAre("before"));
}

// 7.
TEST_P(Cancel, AValueThatIsThereIsDeliveredAndTheNextWaitStops) {
  run_on_loop([&]() -> task<> {
    auto worker = create_task([]() -> task<int> {
      co_await sleep(1s);
      co_return 42;
    });
    auto waiting = create_task([&]() -> task<> {
      note("got " + std::to_string(co_await worker));
      co_await sleep(0s);
      note("went on");
    });
    co_await sleep(0s);
    co_await sleep(1s);  // started after the worker's: it ends in the same turn, after it
    EXPECT_TRUE(worker.done());
    EXPECT_FALSE(waiting.done());

    waiting.cancel();

    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("got 42"));
}

TEST_P(Cancel, ASleepThatIsOverInTheSameTurnWasSlept) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    auto canceller = create_task([&]() -> task<> {
      co_await sleep(1s);
      scope.cancel();
    });
    co_await sleep(0s);  // the canceller's timer is the first

    co_await with(scope, [&]() -> task<> {
      co_await sleep(1s);
      note("slept");
      co_await sleep(0s);
      note("went on");
    });

    EXPECT_TRUE(scope.cancelled_caught());
  });

  EXPECT_THAT(log(), ElementsAre("slept"));
}

TEST_P(Cancel, APermitThatWasHandedOverIsNotLost) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    auto held = co_await permits.acquire();
    auto waiting = create_task([&]() -> task<> {
      auto permit = co_await permits.acquire();
      note("got it");
      co_await sleep(0s);
      note("went on");
    });
    co_await wait_all_tasks_blocked();

    held.release();
    waiting.cancel();

    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_FALSE(permits.locked());
  });

  EXPECT_THAT(log(), ElementsAre("got it"));
}

TEST_P(Cancel, TheOuterScopeTakesTheInnerOneWithIt) {
  run_on_loop([&]() -> task<> {
    cancel_scope outer;
    cancel_scope inner;
    co_await with(outer, [&]() -> task<> {
      co_await with(inner, [&]() -> task<> {
        outer.cancel();
        co_await sleep(1h);
      });
      note("after the inner scope");
    });
    EXPECT_TRUE(outer.cancelled_caught());
    EXPECT_FALSE(inner.cancel_called());
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(Cancel, TheInnerScopeLeavesTheOuterOneAlone) {
  run_on_loop([&]() -> task<> {
    cancel_scope outer;
    cancel_scope inner;
    co_await with(outer, [&]() -> task<> {
      co_await with(inner, [&]() -> task<> {
        inner.cancel();
        co_await sleep(1h);
        note("inner went on");
      });
      co_await sleep(0s);
      note("after the inner scope");
    });
    EXPECT_TRUE(inner.cancelled_caught());
    EXPECT_FALSE(outer.cancelled_caught());
  });

  EXPECT_THAT(log(), ElementsAre("after the inner scope"));
}

TEST_P(Cancel, BothScopesAtOnceEndAtTheOuterOne) {
  run_on_loop([&]() -> task<> {
    cancel_scope outer;
    cancel_scope inner;
    co_await with(outer, [&]() -> task<> {
      co_await with(inner, [&]() -> task<> {
        inner.cancel();
        outer.cancel();
        co_await sleep(1h);
      });
      note("between");
    });
    note("outside");
    EXPECT_TRUE(outer.cancelled_caught());
  });

  EXPECT_THAT(log(), ElementsAre("outside"));
}

TEST_P(Cancel, TheOuterScopeWhileTheInnerOneUnwindsStopsThere) {
  run_on_loop([&]() -> task<> {
    cancel_scope outer;
    cancel_scope inner;
    co_await with(outer, [&]() -> task<> {
      co_await with(inner, [&]() -> task<> {
        inner.cancel();
        co_await finally([]() -> task<> { co_await sleep(1h); },
                         [&]() -> task<> {
                           outer.cancel();
                           co_await sleep(1s);  // shielded from both
                           note("cleaned up");
                         });
      });
      note("between");
    });
    EXPECT_TRUE(outer.cancelled_caught());
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

TEST_P(Cancel, AnErrorThatIsThrownWhileCancelledIsThrown) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    const auto body = [&]() -> task<> {
      scope.cancel();
      throw std::runtime_error("expected");
      co_return;
    };

    EXPECT_THROW(co_await with(scope, body), std::runtime_error);

    EXPECT_TRUE(scope.cancel_called());
    EXPECT_FALSE(scope.cancelled_caught());
  });
}

TEST_P(Cancel, OneselfTakesEffectAtTheNextWait) {
  run_on_loop([&]() -> task<> {
    task_handle<> self = create_task([]() -> task<> { co_return; });
    self = create_task([&]() -> task<> {
      self.cancel();
      note("still here");
      co_await sleep(0s);
      note("went on");
    });
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(self.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("still here"));
}

TEST_P(Cancel, SomebodyElsesIsAnOrdinaryError) {
  run_on_loop([&]() -> task<> {
    auto other = create_task([]() -> task<> { co_await sleep(1h); });
    auto waiting = create_task([&]() -> task<int> {
      try {
        co_await other;
      } catch (const cancelled_error&) {
        note("caught");
      }
      co_await sleep(1s);
      co_return 1;
    });
    co_await wait_all_tasks_blocked();

    other.cancel();

    EXPECT_EQ(co_await waiting, 1);
  });

  EXPECT_THAT(log(), ElementsAre("caught"));
}

// 6.
TEST_P(Cancel, AwaitingOneselfIsAnErrorAndNoHang) {
  run_on_loop([&]() -> task<> {
    task_handle<> self = create_task([]() -> task<> { co_return; });
    self = create_task([&]() -> task<> { co_await self; });
    EXPECT_THROW(co_await self, invalid_state_error);
  });
}

TEST_P(Cancel, ReachesTasksThatAChildOfTheScopeHasStarted) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    co_await with(scope, [&]() -> task<> {
      co_await with(task_group(), [&](task_group& outer) -> task<> {
        outer.create_task([&]() -> task<> {
          co_await with(task_group(), [&](task_group& inner) -> task<> {
            inner.create_task([&]() -> task<> {
              co_await wait_all_tasks_blocked();
              scope.cancel();
              co_await sleep(1h);
              note("grandchild went on");
            });
            co_await sleep(1h);
          });
          note("child went on");
        });
        co_return;
      });
      note("scope went on");
    });
    EXPECT_TRUE(scope.cancelled_caught());
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(log(), IsEmpty());
}

}  // namespace
}  // namespace overlap::asyncio
