// tests/asyncio/event_test.cpp
//
// A flag wakes everybody who had come before it was raised, whatever becomes of it afterwards.
// Numbers are the lines of requirements §3.

#include <algorithm>
#include <memory>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Event : public LoopTest {
 protected:
  task<> wait(event& awaited, std::string name) {
    co_await awaited.wait();
    note(name);
  }
};
INSTANTIATE_TEST_SUITE_P(on, Event, all_backends(), backend_name);

// CPython's test_wait and trio's test_Event.
TEST_P(Event, WakesAllWhoWaitInTheOrderOfArrival) {
  run_on_loop([&]() -> task<> {
    event ready;
    EXPECT_FALSE(ready.is_set());
    auto first = create_task(wait(ready, "1"));
    auto second = create_task(wait(ready, "2"));
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(log(), IsEmpty());
    EXPECT_EQ(ready.statistics().tasks_waiting, 2U);

    auto third = create_task(wait(ready, "3"));  // finds it set when it comes, but has its turn last
    ready.set();
    EXPECT_TRUE(ready.is_set());
    EXPECT_EQ(ready.statistics().tasks_waiting, 0U);
    EXPECT_THAT(log(), IsEmpty()) << "set() lets nobody run inside the call";
    co_await gather(first, second, third);
  });

  EXPECT_THAT(log(), ::testing::UnorderedElementsAre("1", "2", "3"));
  EXPECT_LT(std::find(log().begin(), log().end(), "1"), std::find(log().begin(), log().end(), "2"));
}

// CPython's test_wait_on_set.
TEST_P(Event, WaitingForOneThatIsSetDoesNotSuspend) {
  run_on_loop([&]() -> task<> {
    event ready;
    ready.set();
    create_task([&]() -> task<> {
      note("somebody else");
      co_return;
    });
    co_await wait(ready, "mine");
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("mine", "somebody else"));
}

// CPython's test_wait_cancel.
TEST_P(Event, ACancelledWaiterLeavesTheLine) {
  run_on_loop([&]() -> task<> {
    event ready;
    auto first = create_task(wait(ready, "cancelled"));
    auto second = create_task(wait(ready, "other"));
    co_await wait_all_tasks_blocked();
    first.cancel();
    EXPECT_EQ(ready.statistics().tasks_waiting, 1U);
    ready.set();
    co_await second;
    EXPECT_TRUE(first.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("other"));
}

TEST_P(Event, AWaiterThatIsCancelledAfterSetHasSeenIt) {
  run_on_loop([&]() -> task<> {
    event ready;
    auto waiting = create_task([&]() -> task<> {
      co_await wait(ready, "saw it");
      co_await sleep(1h);
      note("went on");
    });
    co_await wait_all_tasks_blocked();
    ready.set();
    waiting.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("saw it"));
}

TEST_P(Event, WaitingInACancelledScopeStopsEvenIfItIsSet) {
  run_on_loop([&]() -> task<> {
    event ready;
    ready.set();
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await wait(ready, "went on");
    });
  });

  EXPECT_THAT(log(), IsEmpty());
}

// CPython's test_clear.
TEST_P(Event, CanBeClearedAndSetAgain) {
  run_on_loop([&]() -> task<> {
    event ready;
    for (const char* round : {"first", "second"}) {
      EXPECT_FALSE(ready.is_set());
      auto waiting = create_task(wait(ready, round));
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(waiting.done());
      ready.set();
      ready.set();
      co_await waiting;
      ready.clear();
      ready.clear();
    }
    EXPECT_FALSE(ready.is_set());
  });

  EXPECT_THAT(log(), ElementsAre("first", "second"));
}

// 40. CPython's test_clear_with_waiters.
TEST_P(Event, WakesWhoHadComeEvenIfItIsClearedRightAway) {
  run_on_loop([&]() -> task<> {
    event ready;
    auto waiting = create_task(wait(ready, "woken"));
    co_await wait_all_tasks_blocked();
    ready.set();
    ready.clear();
    EXPECT_FALSE(ready.is_set());
    auto late = create_task(wait(ready, "late"));
    co_await waiting;
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(late.done()) << "it came after the flag was down again";
    EXPECT_EQ(ready.statistics().tasks_waiting, 1U);
    ready.set();
    co_await late;
  });

  EXPECT_THAT(log(), ElementsAre("woken", "late"));
}

TEST_P(Event, MayBeDestroyedRightAfterItWasSet) {
  run_on_loop([&]() -> task<> {
    auto ready = std::make_unique<event>();
    auto waiting = create_task(wait(*ready, "woken"));
    co_await wait_all_tasks_blocked();
    ready->set();
    ready.reset();
    co_await waiting;
  });

  EXPECT_THAT(log(), ElementsAre("woken"));
}

TEST_P(Event, ATimeLimitOnWaitLeavesNoWaiterBehind) {
  run_on_loop([&]() -> task<> {
    event ready;
    EXPECT_THROW(co_await wait_for(ready.wait(), 1s), timeout_error);
    EXPECT_EQ(ready.statistics().tasks_waiting, 0U);
  });
}

TEST_P(Event, IsSetFromAnotherThreadThroughTheLoop) {
  if (GetParam() == testing::backend::simulated) GTEST_SKIP() << "nothing comes from outside";
  run_on_loop([&]() -> task<> {
    event ready;
    auto loop = get_running_loop();
    co_await gather(to_thread([&] { loop.call_soon_threadsafe([&] { ready.set(); }); }),
                    wait(ready, "woken"));
  });

  EXPECT_THAT(log(), ElementsAre("woken"));
}

TEST_P(Event, SettingItInAnotherThreadIsRefusedAndChangesNothing) {
  run_on_loop([&]() -> task<> {
    event ready;
    auto waiting = create_task(wait(ready, "woken"));
    co_await wait_all_tasks_blocked();

    as_if_in_another_thread(
        [&] { EXPECT_THAT(advice_of([&] { ready.set(); }), HasSubstr("call_soon_threadsafe")); });
    EXPECT_FALSE(ready.is_set());
    EXPECT_EQ(ready.statistics().tasks_waiting, 1U);
    ready.set();
    co_await waiting;
  });
}

TEST_P(Event, TasksOfTwoLoopsDoNotWaitForOneEvent) {
  run_on_loop([&]() -> task<> {
    event ready;
    auto waiting = create_task(wait(ready, "woken"));
    co_await wait_all_tasks_blocked();
    as_if_in_another_thread([&] {
      EXPECT_THAT(advice_of([&] { run_on_loop([&]() -> task<> { co_await ready.wait(); }); }),
                  HasSubstr("give each loop its own"));
    });
    ready.set();
    co_await waiting;
  });
}

TEST_P(Event, ServesOneLoopAfterAnother) {
  event ready;
  for (const char* name : {"first loop", "second loop"}) {
    run_on_loop([&]() -> task<> {
      auto waiting = create_task(wait(ready, name));
      co_await wait_all_tasks_blocked();
      ready.set();
      co_await waiting;
      ready.clear();
    });
  }
  EXPECT_THAT(log(), ElementsAre("first loop", "second loop"));
}

}  // namespace

// Death tests run on one backend: what they look at is before any.
TEST(EventDeath, AnEventIsNotDestroyedWhileTasksWaitForIt) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   auto ready = std::make_unique<event>();
                                   auto waiting = create_task(
                                       [awaited = ready.get()]() -> task<> { co_await awaited->wait(); });
                                   co_await wait_all_tasks_blocked();
                                   ready.reset();
                                 }),
               "destroyed while tasks wait for it");
}

}  // namespace overlap::asyncio
