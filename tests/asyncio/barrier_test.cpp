// tests/asyncio/barrier_test.cpp
//
// All go on when the last has come, each with a number of its own; or all are sent away.
// Numbers are the lines of requirements §3.

#include <memory>
#include <stdexcept>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class Barrier : public LoopTest {
 protected:
  task<> pass(barrier& meeting, std::string name) {
    try {
      note(name + std::to_string(co_await meeting.wait()));
    } catch (const broken_barrier_error&) {
      note(name + " sent away");
    }
  }
};
INSTANTIATE_TEST_SUITE_P(on, Barrier, all_backends(), backend_name);

// CPython's test_barrier_parties.
TEST_P(Barrier, NeedsAtLeastOneParty) {
  EXPECT_THROW(barrier(0), invalid_value_error);
  EXPECT_THROW(barrier(-4), invalid_value_error);
  EXPECT_EQ(barrier(5).parties(), 5U);
}

// CPython's test_filling_one_task and its _twice.
TEST_P(Barrier, OfOnePartyLetsEveryoneThroughAtOnce) {
  run_on_loop([&]() -> task<> {
    barrier meeting(1);
    create_task([&]() -> task<> {
      note("somebody else");
      co_return;
    });
    co_await pass(meeting, "a");
    co_await pass(meeting, "b");
    EXPECT_EQ(meeting.n_waiting(), 0U);
    EXPECT_FALSE(meeting.broken());
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("a0", "b0", "somebody else"));
}

// 41. CPython's test_filling_task_by_task, test_context_manager.
TEST_P(Barrier, LetsAllThroughWhenTheLastComes) {
  run_on_loop([&]() -> task<> {
    barrier meeting(3);
    std::vector<task_handle<>> tasks;
    for (std::size_t arrived = 0; arrived < 2; ++arrived) {
      tasks.push_back(create_task(pass(meeting, "")));
      co_await wait_all_tasks_blocked();
      EXPECT_EQ(meeting.n_waiting(), arrived + 1);
    }
    EXPECT_THAT(log(), IsEmpty());
    co_await pass(meeting, "");
    EXPECT_EQ(meeting.n_waiting(), 0U) << "they were let through, though they have not run";
    EXPECT_THAT(log(), ElementsAre("2"));
    co_await gather(tasks);
    EXPECT_FALSE(meeting.broken());
  });

  EXPECT_THAT(log(), ElementsAre("2", "0", "1"));
}

// CPython's test_filling_tasks_wait_twice, test_filling_tasks_check_return_value.
TEST_P(Barrier, WorksRoundAfterRound) {
  run_on_loop([&]() -> task<> {
    constexpr int parties = 5;
    constexpr int rounds = 4;
    barrier meeting(parties);
    std::vector<std::vector<std::size_t>> numbers(rounds);
    int arrived = 0;
    const auto party = [&](int number) -> task<> {
      for (int round = 0; round < rounds; ++round) {
        co_await sleep(duration(1ms) * ((number * 7 + round * 3) % 5));
        ++arrived;
        numbers[round].push_back(co_await meeting.wait());
        EXPECT_GE(arrived, (round + 1) * parties) << "nobody goes on before all are there";
      }
    };
    std::vector<task<>> parts;
    for (int number = 0; number < parties; ++number) parts.push_back(party(number));
    co_await gather(std::move(parts));
    EXPECT_THAT(numbers, Each(UnorderedElementsAre(0U, 1U, 2U, 3U, 4U)));
    EXPECT_EQ(meeting.n_waiting(), 0U);
  });
}

// 41. CPython's test_blocking_tasks_while_draining: who comes again at once is of the next round.
TEST_P(Barrier, WhoComesAgainBeforeTheOthersHaveLeftIsOfTheNextRound) {
  run_on_loop([&]() -> task<> {
    barrier meeting(3);
    const auto twice = [&](std::string name) -> task<> {
      co_await pass(meeting, name);
      co_await pass(meeting, name);
    };
    auto first = create_task(twice("a"));
    auto second = create_task(twice("b"));
    co_await wait_all_tasks_blocked();
    co_await pass(meeting, "c");
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(meeting.n_waiting(), 2U);
    co_await pass(meeting, "d");
    co_await gather(first, second);
  });

  EXPECT_THAT(log(), ElementsAre("c2", "a0", "b1", "d2", "a0", "b1"));
}

// 41. CPython's test_filling_tasks_cancel_one.
TEST_P(Barrier, WhoIsCancelledHasNotArrived) {
  run_on_loop([&]() -> task<> {
    barrier meeting(3);
    auto first = create_task(pass(meeting, "1:"));
    auto second = create_task(pass(meeting, "2:"));
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(meeting.n_waiting(), 2U);

    first.cancel();
    EXPECT_EQ(meeting.n_waiting(), 1U);
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(first.cancelled());

    auto third = create_task(pass(meeting, "3:"));
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(meeting.n_waiting(), 2U);
    auto fourth = create_task(pass(meeting, "4:"));
    co_await gather(second, third, fourth);
    EXPECT_EQ(meeting.n_waiting(), 0U);
    EXPECT_FALSE(meeting.broken());
  });

  EXPECT_THAT(log(), UnorderedElementsAre("2:0", "3:1", "4:2")) << "numbers of their own, without a gap";
}

TEST_P(Barrier, WhoWasLetThroughAndIsCancelledInTheSameTurnHasItsNumber) {
  run_on_loop([&]() -> task<> {
    barrier meeting(2);
    auto first = create_task([&]() -> task<> {
      co_await pass(meeting, "1:");
      co_await sleep(1h);
      note("went on");
    });
    co_await wait_all_tasks_blocked();
    co_await pass(meeting, "2:");
    first.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(first.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("2:1", "1:0"));
}

TEST_P(Barrier, WaitingInACancelledScopeDoesNotArrive) {
  run_on_loop([&]() -> task<> {
    barrier meeting(1);
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await pass(meeting, "went on");
    });
    barrier pair(2);
    EXPECT_THROW(static_cast<void>(co_await wait_for(pair.wait(), 1s)), timeout_error);
    EXPECT_EQ(pair.n_waiting(), 0U);
    EXPECT_FALSE(pair.broken()) << "unlike threading's, as asyncio's";
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 41. CPython's test_reset_barrier, test_reset_barrier_while_tasks_waiting.
TEST_P(Barrier, ResetSendsAwayWhoWaitsAndBeginsAnew) {
  run_on_loop([&]() -> task<> {
    barrier meeting(3);
    meeting.reset();
    EXPECT_FALSE(meeting.broken());
    auto first = create_task(pass(meeting, "1"));
    auto second = create_task(pass(meeting, "2"));
    co_await wait_all_tasks_blocked();

    meeting.reset();
    EXPECT_EQ(meeting.n_waiting(), 0U);
    EXPECT_FALSE(meeting.broken());
    co_await gather(first, second);
    EXPECT_THAT(log(), ElementsAre("1 sent away", "2 sent away"));

    co_await gather(pass(meeting, "3:"), pass(meeting, "4:"), pass(meeting, "5:"));
  });

  EXPECT_THAT(log(), SizeIs(5));
}

// CPython's test_reset_barrier_while_tasks_waiting_and_waiting_again.
TEST_P(Barrier, WhoWasSentAwayMayComeAgain) {
  run_on_loop([&]() -> task<> {
    barrier meeting(3);
    const auto twice = [&](std::string name) -> task<> {
      co_await pass(meeting, name);
      co_await pass(meeting, name);
    };
    auto first = create_task(twice("a"));
    auto second = create_task(twice("b"));
    co_await wait_all_tasks_blocked();
    meeting.reset();
    co_await sleep(0s);
    co_await pass(meeting, "c");
    co_await gather(first, second);
  });

  EXPECT_THAT(log(), ElementsAre("a sent away", "b sent away", "c2", "a0", "b1"));
}

// What happened has happened: CPython sends those away who were let through but have not run yet.
TEST_P(Barrier, ResetAndAbortDoNotTouchWhoWasLetThrough) {
  run_on_loop([&]() -> task<> {
    barrier meeting(3);
    auto first = create_task(pass(meeting, "1:"));
    auto second = create_task(pass(meeting, "2:"));
    co_await wait_all_tasks_blocked();
    co_await pass(meeting, "3:");
    meeting.reset();
    meeting.abort();
    co_await gather(first, second);
  });

  EXPECT_THAT(log(), ElementsAre("3:2", "1:0", "2:1"));
}

// 41. CPython's test_abort_barrier and those with tasks in it.
TEST_P(Barrier, AbortSendsEverybodyAwayUntilReset) {
  run_on_loop([&]() -> task<> {
    barrier meeting(3);
    auto first = create_task(pass(meeting, "1"));
    auto second = create_task(pass(meeting, "2"));
    co_await wait_all_tasks_blocked();

    meeting.abort();
    EXPECT_TRUE(meeting.broken());
    EXPECT_EQ(meeting.n_waiting(), 0U);
    meeting.abort();
    co_await pass(meeting, "3");
    co_await gather(first, second);
    EXPECT_THAT(log(), UnorderedElementsAre("1 sent away", "2 sent away", "3 sent away"));

    meeting.reset();
    EXPECT_FALSE(meeting.broken());
    co_await gather(pass(meeting, ""), pass(meeting, ""), pass(meeting, ""));
  });

  EXPECT_THAT(log(), SizeIs(6));
}

// CPython's test_abort_barrier_when_exception_then_resetting.
TEST_P(Barrier, ATaskThatFailsAbortsAndTheOthersGoOnAfterAReset) {
  run_on_loop([&]() -> task<> {
    constexpr std::size_t parties = 5;
    barrier work(parties);
    barrier pause(parties);
    int sent_away = 0;
    int failed = 0;
    int completed = 0;
    const auto party = [&]() -> task<> {
      try {
        if (co_await work.wait() == parties / 2) throw std::runtime_error("expected");
        co_await work.wait();
        ADD_FAILURE() << "one of them does not come";
      } catch (const broken_barrier_error&) {
        ++sent_away;
      } catch (const std::runtime_error&) {
        ++failed;
        work.abort();
      }
      if (co_await pause.wait() == parties / 2) work.reset();
      co_await pause.wait();
      co_await work.wait();
      ++completed;
    };
    co_await gather(party(), party(), party(), party(), party());
    EXPECT_EQ(sent_away, 4);
    EXPECT_EQ(failed, 1);
    EXPECT_EQ(completed, 5);
    EXPECT_FALSE(work.broken());
    EXPECT_EQ(work.n_waiting(), 0U);
  });
}

TEST_P(Barrier, WhoIsSentAwayAndCancelledInTheSameTurnIsToldFirst) {
  run_on_loop([&]() -> task<> {
    barrier meeting(2);
    auto first = create_task([&]() -> task<> {
      co_await pass(meeting, "1");
      co_await sleep(1h);
    });
    co_await wait_all_tasks_blocked();
    meeting.abort();
    first.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(first.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("1 sent away"));
}

TEST_P(Barrier, MayBeDestroyedWhenAllWereLetThroughOrSentAway) {
  run_on_loop([&]() -> task<> {
    auto meeting = std::make_unique<barrier>(2);
    auto first = create_task(pass(*meeting, "1:"));
    co_await wait_all_tasks_blocked();
    co_await pass(*meeting, "2:");
    meeting = std::make_unique<barrier>(2);
    co_await first;
    auto second = create_task(pass(*meeting, "3"));
    co_await wait_all_tasks_blocked();
    meeting->abort();
    meeting.reset();
    co_await second;
  });

  EXPECT_THAT(log(), ElementsAre("2:1", "1:0", "3 sent away"));
}

TEST_P(Barrier, BelongsToTheTasksOfOneLoop) {
  run_on_loop([&]() -> task<> {
    barrier meeting(2);
    auto first = create_task(pass(meeting, "1:"));
    co_await wait_all_tasks_blocked();
    as_if_in_another_thread([&] {
      EXPECT_THAT(advice_of([&] { meeting.abort(); }), HasSubstr("call_soon_threadsafe"));
      EXPECT_THAT(advice_of([&] { run_on_loop([&]() -> task<> { co_await pass(meeting, "2:"); }); }),
                  HasSubstr("give each loop its own"));
    });
    EXPECT_FALSE(meeting.broken());
    EXPECT_EQ(meeting.n_waiting(), 1U);
    co_await pass(meeting, "3:");
    co_await first;
  });

  EXPECT_THAT(log(), ElementsAre("3:1", "1:0"));
}

}  // namespace

// Death tests run on one backend: what they look at is before any.
TEST(BarrierDeath, ABarrierIsNotDestroyedWhileTasksWaitAtIt) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   auto meeting = std::make_unique<barrier>(2);
                                   auto waiting = create_task([at = meeting.get()]() -> task<> {
                                     static_cast<void>(co_await at->wait());
                                   });
                                   co_await wait_all_tasks_blocked();
                                   meeting.reset();
                                 }),
               "destroyed while tasks wait at it");
}

}  // namespace overlap::asyncio
