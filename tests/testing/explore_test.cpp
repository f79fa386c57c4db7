// tests/testing/explore_test.cpp
//
// Exploration: each strategy finds a planted bug, small and repeatable; enumerations are complete.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/base/error.hpp>
#include <overlap/testing.hpp>

#include "testing/course.hpp"

namespace overlap::testing {
namespace {

using asyncio::gather;
using asyncio::sleep;
using asyncio::task;
using asyncio::task_group;
using asyncio::with;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;
using namespace std::chrono_literals;

class Explore : public unforced {};

struct overdrawn : std::logic_error {
  using std::logic_error::logic_error;
};

// A check, an await, an act. In the order of a real loop the second withdrawal comes when the first is done.
task<> withdraw_twice() {
  int balance = 100;
  const auto withdraw = [&](int turns_before) -> task<> {
    for (int turn = 0; turn < turns_before; ++turn) co_await sleep(0s);
    if (balance < 100) co_return;
    co_await sleep(0s);
    balance -= 100;
  };
  co_await gather(withdraw(0), withdraw(3));
  if (balance < 0) throw overdrawn("the balance is " + std::to_string(balance));
}

constexpr strategy all_strategies[] = {strategy::random, strategy::pct, strategy::exhaustive,
                                       strategy::preemption_bounded};

TEST_F(Explore, EachStrategyFindsTheBugAndMakesItSmall) {
  EXPECT_NO_THROW(simulate(0, withdraw_twice)) << "in order nothing goes wrong";

  for (const strategy by : all_strategies) {
    SCOPED_TRACE(name_of(by));
    const exploration_report report = find_failure({.by = by, .preemptions_max = 3}, withdraw_twice);

    ASSERT_TRUE(report.failed());
    EXPECT_TRUE(report.repeats);
    EXPECT_THROW(std::rethrow_exception(report.failure), overdrawn);
    // The second task goes three times before the first has had its second turn.
    EXPECT_THAT(report.choices(), ElementsAre(1, 1, 1)) << report.note().view();
  }

  // Nothing smaller exists.
  const exploration_report two =
      explore({.by = strategy::preemption_bounded, .preemptions_max = 2}, withdraw_twice);
  EXPECT_TRUE(two.complete);
}

TEST_F(Explore, AFailureSaysHowToRepeatIt) {
  try {
    explore({.seed = 70, .arguments = "--gtest_filter=Bank.*"}, withdraw_twice);
    FAIL() << "nothing was found";
  } catch (const exploration_failed& failed) {
    EXPECT_THAT(failed.what(), HasSubstr("the balance is -100"));
    EXPECT_THAT(failed.what(), HasSubstr("seed " + std::to_string(failed.report().seed)));
    EXPECT_THAT(failed.what(), HasSubstr("run it again: OVERLAP_REPLAY="));
    EXPECT_THAT(failed.what(), HasSubstr("overlap_testing_tests --gtest_filter=Bank.*"));
    EXPECT_GE(failed.report().seed, 70U);

    const environment_variable variable("OVERLAP_REPLAY", failed.report().replay.c_str());
    const exploration_report again = find_failure({.schedules = 500}, withdraw_twice);
    ASSERT_TRUE(again.failed());
    EXPECT_EQ(again.schedules, 1U);
    EXPECT_EQ(again.replay.view(), failed.report().replay.view());
    EXPECT_THROW(std::rethrow_exception(again.failure), overdrawn);
    EXPECT_THROW(simulate(0, withdraw_twice), overdrawn) << "simulate takes the same choices";
  }
}

TEST_F(Explore, TheSeedOfAFailureRepeatsIt) {
  for (const strategy by : {strategy::random, strategy::pct}) {
    const exploration_report first = find_failure({.by = by, .shrink_runs = 0}, withdraw_twice);
    ASSERT_TRUE(first.failed());
    ASSERT_NE(first.seed, 0U);

    const environment_variable variable("OVERLAP_SEED", std::to_string(first.seed).c_str());
    const exploration_report again = find_failure({.by = by, .shrink_runs = 0}, withdraw_twice);

    EXPECT_EQ(again.schedules, by == strategy::pct ? 2U : 1U) << "pct counts the steps first";
    EXPECT_EQ(again.seed, first.seed);
    EXPECT_EQ(again.replay.view(), first.replay.view());
  }
}

TEST_F(Explore, TheEnvironmentSaysHowMany) {
  int runs = 0;
  const auto counted = [&]() -> task<> {
    ++runs;
    co_return;
  };
  EXPECT_EQ(explore({.schedules = 50}, counted).schedules, 50U);
  EXPECT_EQ(runs, 50);

  const environment_variable variable("OVERLAP_SCHEDULES", "7");
  EXPECT_EQ(explore({.schedules = 50}, counted).schedules, 7U);
  EXPECT_EQ(runs, 57);

  for (const char* wrong : {"0", "x", "-1"}) {
    const environment_variable refused("OVERLAP_SCHEDULES", wrong);
    EXPECT_THAT([&] { explore({}, counted); },
                ThrowsMessage<invalid_value_error>(HasSubstr("OVERLAP_SCHEDULES")));
  }
}

TEST_F(Explore, NoSchedulesAreNoTest) {
  EXPECT_THROW(explore({.schedules = 0}, withdraw_twice), invalid_value_error);
}

// What order of their letters the tasks of a group had.
task<> note_orders(std::map<std::string, int>& orders, int tasks, int turns) {
  std::string order;
  co_await with(task_group(), [&](task_group& group) -> task<> {
    for (int i = 0; i < tasks; ++i) {
      group.create_task([&order, turns, name = static_cast<char>('a' + i)]() -> task<> {
        for (int turn = 0; turn < turns; ++turn) {
          order.push_back(name);
          if (turn + 1 < turns) co_await sleep(0s);
        }
      });
    }
    co_return;
  });
  ++orders[order];
}

TEST_F(Explore, ExhaustiveMeansEachScheduleOnce) {
  std::map<std::string, int> orders;
  const exploration_report report =
      explore({.by = strategy::exhaustive}, [&] { return note_orders(orders, 3, 2); });

  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.schedules, 90U) << "6! / 2!^3";
  EXPECT_EQ(orders.size(), 90U);
}

TEST_F(Explore, AReplayThatDoesNotFitIsSaid) {
  std::map<std::string, int> orders;
  const auto two_tasks = [&] { return note_orders(orders, 2, 1); };
  {
    const environment_variable variable("OVERLAP_REPLAY", "9");
    EXPECT_THAT([&] { explore({}, two_tasks); },
                ThrowsMessage<replay_error>(AllOf(HasSubstr("choice 0 is 9"), HasSubstr("did not fail"))));
  }
  {
    const environment_variable variable("OVERLAP_REPLAY", "1,1,1,0^30,1");
    EXPECT_THAT([&] { explore({}, withdraw_twice); },
                ThrowsMessage<exploration_failed>(
                    AllOf(HasSubstr("the balance is -100"), HasSubstr("does not fit this program"))));
  }
}

TEST_F(Explore, AnEnumerationThatIsCutIsNotComplete) {
  std::map<std::string, int> orders;
  const auto main = [&] { return note_orders(orders, 3, 2); };
  EXPECT_FALSE(explore({.by = strategy::exhaustive, .schedules = 89}, main).complete);

  const exploration_report shallow = explore({.by = strategy::exhaustive, .depth_max = 2}, main);
  EXPECT_FALSE(shallow.complete);
  EXPECT_EQ(shallow.schedules, 9U) << "two choices among three";

  EXPECT_FALSE(explore({.by = strategy::random, .schedules = 500}, main).complete);
  EXPECT_FALSE(explore({.by = strategy::preemption_bounded, .schedules = 5}, main).complete);
}

TEST_F(Explore, PreemptionBoundedTakesTheFewestDeparturesFirst) {
  std::map<std::string, int> orders;
  std::vector<std::string> in_order_of_runs;
  const auto main = [&]() -> task<> {
    std::map<std::string, int> one;
    co_await note_orders(one, 3, 1);
    in_order_of_runs.push_back(one.begin()->first);
  };
  const exploration_report none = explore({.by = strategy::preemption_bounded, .preemptions_max = 0}, main);
  EXPECT_EQ(none.schedules, 1U);
  EXPECT_TRUE(none.complete);
  EXPECT_THAT(in_order_of_runs, ElementsAre("abc"));

  in_order_of_runs.clear();
  EXPECT_TRUE(explore({.by = strategy::preemption_bounded, .preemptions_max = 2}, main).complete);
  EXPECT_THAT(in_order_of_runs, ElementsAre("abc", "bac", "cab", "acb", "bca", "cba"));
}

TEST_F(Explore, MoreSchedulesByTheEnvironmentCompleteAnEnumeration) {
  std::map<std::string, int> orders;
  const auto main = [&] { return note_orders(orders, 3, 2); };
  const environment_variable variable("OVERLAP_SCHEDULES", "1000");
  for (const strategy by : {strategy::exhaustive, strategy::preemption_bounded})
    EXPECT_TRUE(explore({.by = by, .schedules = 5}, main).complete);
}

TEST_F(Explore, PctFindsAnOrderThatRandomHardlyFinds) {
  // One task must run alone through twenty turns while four others wait from their first turn on.
  const auto main = []() -> task<> {
    int others = 0;
    bool was_alone = false;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 4; ++i) {
        group.create_task([&]() -> task<> {
          ++others;
          co_return;
        });
      }
      group.create_task([&]() -> task<> {
        for (int turn = 0; turn < 20; ++turn) co_await sleep(0s);
        was_alone = others == 0;
      });
      co_return;
    });
    if (was_alone) throw overdrawn("it was alone");
  };

  EXPECT_FALSE(find_failure({.by = strategy::random, .schedules = 300}, main).failed());
  const exploration_report found = find_failure({.by = strategy::pct, .schedules = 300}, main);
  ASSERT_TRUE(found.failed());
  EXPECT_TRUE(found.repeats);
}

TEST_F(Explore, PctLetsATaskThatPollsWaitForOthers) {
  explore({.by = strategy::pct, .schedules = 50}, []() -> task<> {
    bool is_done = false;
    const auto poll = [&]() -> task<> {
      while (!is_done) co_await sleep(0s);
    };
    const auto work = [&]() -> task<> {
      co_await sleep(0s);
      is_done = true;
    };
    co_await gather(poll(), poll(), work());
  });
}

TEST_F(Explore, ADeadlockIsAFailure) {
  const auto crossed = []() -> task<> {
    asyncio::semaphore left(1);
    asyncio::semaphore right(1);
    const auto both = [](asyncio::semaphore& first, asyncio::semaphore& second) -> task<> {
      auto one = co_await first.acquire();
      co_await sleep(0s);
      auto other = co_await second.acquire();
    };
    const auto later = [&]() -> task<> {
      for (int turn = 0; turn < 5; ++turn) co_await sleep(0s);
      co_await both(right, left);
    };
    co_await gather(both(left, right), later());
  };
  EXPECT_NO_THROW(simulate(0, crossed));

  const exploration_report report =
      find_failure({.by = strategy::preemption_bounded, .preemptions_max = 5}, crossed);

  ASSERT_TRUE(report.failed());
  EXPECT_THROW(std::rethrow_exception(report.failure), deadlock_error);
}

TEST_F(Explore, AFailureThatDoesNotRepeatIsSaid) {
  int runs = 0;
  const exploration_report report = find_failure({.schedules = 10}, [&]() -> task<> {
    if (++runs == 3) throw std::runtime_error("the third run fails");
    co_return;
  });

  ASSERT_TRUE(report.failed());
  EXPECT_FALSE(report.repeats);
  EXPECT_THAT(std::string(report.note().view()), HasSubstr("did not fail again"));
}

TEST_F(Explore, AnEnumerationOfWhatIsNotDeterministicIsRefused) {
  int runs = 0;
  const auto main = [&]() -> task<> {
    std::map<std::string, int> orders;
    co_await note_orders(orders, ++runs == 1 ? 3 : 2, 1);
  };
  EXPECT_THAT([&] { explore({.by = strategy::exhaustive}, main); },
              ThrowsMessage<replay_error>(HasSubstr("not deterministic")));
}

TEST_F(Explore, OnlyTheSameFailureIsMadeSmall) {
  // A list without choices would fail, too, but with another error.
  const auto main = []() -> task<> {
    std::map<std::string, int> orders;
    co_await note_orders(orders, 3, 1);
    if (orders.begin()->first == "cba") throw overdrawn("cba");
    if (orders.begin()->first != "abc") throw std::runtime_error("something else");
  };
  const exploration_report report = find_failure({.by = strategy::random, .seed = 1}, main);
  ASSERT_TRUE(report.failed());
  std::set<std::vector<std::uint32_t>> found;
  for (std::uint64_t seed = 1; seed < 40; ++seed) {
    const exploration_report each = find_failure({.schedules = 2, .seed = seed}, main);
    if (each.failed()) found.insert(each.choices());
  }
  EXPECT_THAT(found, ElementsAre(ElementsAre(1), ElementsAre(2, 1)));
}

TEST_F(Explore, TheReportOfSuccessSaysHowMuchWasRun) {
  std::map<std::string, int> orders;
  const exploration_report report =
      explore({.by = strategy::exhaustive}, [&] { return note_orders(orders, 3, 1); });
  EXPECT_THAT(std::string(report.note().view()),
              AllOf(HasSubstr("6 schedules"), HasSubstr("no others"), Not(HasSubstr("OVERLAP_REPLAY"))));
}

}  // namespace
}  // namespace overlap::testing
