// tests/testing/gtest_test.cpp
//
// Simulated tests: those that pass are written as a user would; those that fail are run inside others.

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>
#include <overlap/testing/gtest.hpp>

#include "testing/environment_variable.hpp"

namespace overlap::testing {
namespace {

using asyncio::gather;
using asyncio::sleep;
using asyncio::task;
using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

struct account {
  int balance = 100;
  task<> withdraw(int amount, int turns_before = 0) {
    for (int turn = 0; turn < turns_before; ++turn) co_await sleep(0s);
    if (balance < amount) co_return;
    balance -= amount;
    co_await sleep(0s);
  }
  task<> withdraw_carelessly(int amount, int turns_before = 0) {
    for (int turn = 0; turn < turns_before; ++turn) co_await sleep(0s);
    if (balance < amount) co_return;
    co_await sleep(0s);
    balance -= amount;
  }
};

OVERLAP_SIMULATED_TEST(SimulatedTest, IsATask) {
  account shared;
  co_await gather(shared.withdraw(100), shared.withdraw(100, 3));
  EXPECT_EQ(shared.balance, 0);
  co_await sleep(1h);
  EXPECT_EQ(now().since_start(), duration(1h));
}

OVERLAP_SIMULATED_TEST(SimulatedTest, TakesOptions, .by = strategy::exhaustive, .schedules = 5000) {
  account shared;
  co_await gather(shared.withdraw(100), shared.withdraw(100, 2));
  EXPECT_EQ(shared.balance, 0);
}

class SimulatedFixture : public ::testing::Test {
 protected:
  SimulatedFixture() { ++alive; }
  ~SimulatedFixture() override { --alive; }
  void SetUp() override { shared_ = std::make_unique<account>(); }
  void TearDown() override { shared_.reset(); }

  std::unique_ptr<account> shared_;
  static inline int alive = 0;
};

TEST_F(SimulatedFixture, MayHaveOrdinaryTestsToo) { EXPECT_EQ(shared_->balance, 100); }

OVERLAP_SIMULATED_TEST_F(SimulatedFixture, IsMadeForEachSchedule) {
  EXPECT_EQ(alive, 2) << "the test's own and the schedule's";
  EXPECT_EQ(shared_->balance, 100);
  co_await gather(shared_->withdraw(60), shared_->withdraw(60));
  EXPECT_EQ(shared_->balance, 40);
}

// What a test with the body `Case` would have said.
template <class Case>
std::string failures_of(const exploration_options& options) {
  const environment_variable no_seed("OVERLAP_SEED", nullptr);
  const environment_variable no_schedules("OVERLAP_SCHEDULES", nullptr);
  ::testing::TestPartResultArray results;
  {
    const ::testing::ScopedFakeTestPartResultReporter kept_back(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    detail::run_schedules<Case>(options);
  }
  std::string text;
  for (int i = 0; i < results.size(); ++i) text.append(results.GetTestPartResult(i).message()).append("\n");
  return text;
}

struct test_case : ::testing::Test {
  void SetUp() override {}
  void TearDown() override {}
  void TestBody() override {}
};

struct careless : test_case {
  task<> body() {
    account shared;
    co_await gather(shared.withdraw_carelessly(100), shared.withdraw_carelessly(100, 3));
    EXPECT_GE(shared.balance, 0) << "overdrawn";
  }
};

TEST(SimulatedTestFailure, ShowsOneSmallScheduleAndHowToRepeatIt) {
  const environment_variable no_replay("OVERLAP_REPLAY", nullptr);
  const std::string text = failures_of<careless>({});

  EXPECT_THAT(text,
              AllOf(HasSubstr("overdrawn"), HasSubstr("-100 vs 0"), HasSubstr("choices: 1,1,1 (made small"),
                    HasSubstr("(seed "), HasSubstr("run it again: OVERLAP_REPLAY=1,1,1 "),
                    HasSubstr("overlap_testing_tests --gtest_filter=SimulatedTestFailure."
                              "ShowsOneSmallScheduleAndHowToRepeatIt")));
  EXPECT_EQ(text.find("overdrawn"), text.rfind("overdrawn")) << "the others are not shown:\n" << text;
}

TEST(SimulatedTestFailure, IsRepeatedByTheEnvironment) {
  const environment_variable variable("OVERLAP_REPLAY", "1,1,1");
  EXPECT_THAT(failures_of<careless>({}), AllOf(HasSubstr("schedule 1 failed"), HasSubstr("overdrawn")));
}

struct counting : test_case {
  static inline int runs = 0;
  task<> body() {
    ++runs;
    account shared;
    co_await gather(shared.withdraw(50), shared.withdraw(50));
  }
};

TEST(SimulatedTestFailure, NoneMeansThatAllSchedulesWereRun) {
  const environment_variable no_replay("OVERLAP_REPLAY", nullptr);
  EXPECT_EQ(failures_of<counting>({.by = strategy::exhaustive}), "");
  EXPECT_EQ(counting::runs, 2) << "either of two goes on first";
}

struct throwing : test_case {
  task<> body() {
    co_await sleep(1s);
    throw std::runtime_error("thrown by the body");
  }
};

TEST(SimulatedTestFailure, ErrorsOfTheBodyAreFailures) {
  EXPECT_THAT(failures_of<throwing>({}), HasSubstr("thrown by the body"));
}

struct unready : test_case {
  void SetUp() override { ASSERT_TRUE(false) << "no set-up"; }
  task<> body() {
    ADD_FAILURE() << "it was run";
    co_return;
  }
};

TEST(SimulatedTestFailure, ABodyIsNotRunWhenItsSetUpHasFailed) {
  EXPECT_THAT(failures_of<unready>({}),
              AllOf(HasSubstr("no set-up"), ::testing::Not(HasSubstr("it was run"))));
}

struct asserting : test_case {
  task<> body() {
    OVERLAP_CO_ASSERT(EXPECT_EQ(1, 1));
    EXPECT_EQ(now().since_start(), duration()) << "reached";
    OVERLAP_CO_ASSERT(EXPECT_EQ(1, 2) << "the end");
    ADD_FAILURE() << "it went on";
  }
};

TEST(SimulatedTestFailure, AnAssertionEndsTheCoroutine) {
  EXPECT_THAT(failures_of<asserting>({}),
              AllOf(HasSubstr("the end"), ::testing::Not(HasSubstr("it went on"))));
}

TEST(SimulatedTestFailure, AnAssertionWorksInOrdinaryTestsToo) {
  bool went_on = false;
  EXPECT_NONFATAL_FAILURE(simulate(0,
                                   [&]() -> task<> {
                                     OVERLAP_CO_ASSERT(EXPECT_TRUE(true));
                                     EXPECT_FALSE(went_on);
                                     went_on = true;
                                     EXPECT_TRUE(false) << "expected";
                                     co_return;
                                   }),
                          "expected");
  EXPECT_TRUE(went_on);
}

struct other_thread : test_case {
  task<> body() {
    std::thread([] { EXPECT_TRUE(false) << "on another thread"; }).join();
    co_return;
  }
};

TEST(SimulatedTestFailure, ExpectationsOfOtherThreadsCount) {
  EXPECT_NE(failures_of<other_thread>({}).find("on another thread"), std::string::npos);
}

}  // namespace
}  // namespace overlap::testing
