// tests/testing/simulate_again_test.cpp
//
// How a course is repeated: by its report, its seed, its choices.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/base/error.hpp>
#include <overlap/testing.hpp>

#include "testing/course.hpp"

namespace overlap::testing {
namespace {

using asyncio::sleep;
using asyncio::task;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using namespace std::chrono_literals;

class SimulateAgain : public unforced {};

TEST_F(SimulateAgain, TheEnvironmentReplacesTheSeed) {
  const std::string seventeen = course_of({.seed = 17});

  const environment_variable variable("OVERLAP_SEED", "17");

  EXPECT_EQ(course_of({.seed = 4}), seventeen);
  EXPECT_EQ(last_simulation().seed, 17U);
  EXPECT_EQ(course_of({}), seventeen);
  EXPECT_EQ(course_of({.in_order = true}), "abcdefabcdefabcdef");
}

TEST_F(SimulateAgain, ASeedThatIsNoNumberIsRefused) {
  for (const char* wrong : {"", "x", "12x", "-1", " 1", "18446744073709551616"}) {
    const environment_variable variable("OVERLAP_SEED", wrong);
    try {
      course_of({});
      ADD_FAILURE() << '"' << wrong << "\" was taken";
    } catch (const invalid_value_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("OVERLAP_SEED"));
    }
  }
  const environment_variable greatest("OVERLAP_SEED", "18446744073709551615");
  course_of({});
  EXPECT_EQ(last_simulation().seed, UINT64_MAX);
}

TEST_F(SimulateAgain, AFailureCanBeRepeatedFromItsReport) {
  const auto main = []() -> task<> {
    co_await sleep(3s);
    throw std::runtime_error("expected");
  };
  EXPECT_THROW(simulate(1234, main), std::runtime_error);

  EXPECT_EQ(last_simulation().seed, 1234U);
  EXPECT_EQ(last_simulation().elapsed, duration(3s));
  EXPECT_THAT(std::string(last_simulation().note().view()), HasSubstr("OVERLAP_SEED=1234"));
  EXPECT_THROW(simulate(0, main), std::runtime_error);
  EXPECT_THAT(std::string(last_simulation().note().view()), HasSubstr("in order"));
}

TEST_F(SimulateAgain, AReportHasTheChoicesThatRepeatItsCourse) {
  const std::string course = course_of({.seed = 4321});
  const simulation_report report = last_simulation();
  const std::string text(report.replay.view());
  EXPECT_THAT(std::string(report.note().view()), HasSubstr("OVERLAP_REPLAY=" + text));

  const environment_variable variable("OVERLAP_REPLAY", text.c_str());

  EXPECT_EQ(course_of({.seed = 1}), course);
  EXPECT_EQ(last_simulation().schedule_hash, report.schedule_hash);
  EXPECT_EQ(last_simulation().seed, 0U);
  EXPECT_EQ(course_of({.seed = 1, .in_order = true}), "abcdefabcdefabcdef");
}

TEST_F(SimulateAgain, ChoicesThatAreMissingInAReplayAreTheOldestTask) {
  const environment_variable variable("OVERLAP_REPLAY", "5");
  EXPECT_EQ(course_of({.seed = 1}), "fabcdefabcdefabcde");
  EXPECT_THAT(std::string(last_simulation().note().view()), HasSubstr("OVERLAP_REPLAY=5 repeats"));
}

TEST_F(SimulateAgain, AReplayThatDoesNotFitSaysWhere) {
  {
    const environment_variable variable("OVERLAP_REPLAY", "0,6");
    EXPECT_THAT([] { course_of({}); }, ThrowsMessage<replay_error>(
                                           AllOf(HasSubstr("choice 1 is 6"), HasSubstr("only 6 to choose"))));
  }
  const environment_variable variable("OVERLAP_REPLAY", "0^999,1");
  EXPECT_THAT([] { course_of({}); }, ThrowsMessage<replay_error>(HasSubstr("has 1000 choices, but only")));
  EXPECT_THROW(simulate(1, []() -> task<> { throw std::runtime_error("its own"); }), std::runtime_error);
  EXPECT_THAT(std::string(last_simulation().note().view()), HasSubstr("does not fit"));
}

TEST_F(SimulateAgain, AReplayThatIsNoListOfChoicesIsRefused) {
  for (const char* wrong : {"x", "1,", ",1", "1;2", "-1", "0^", "0^0", "1^9999999999", "1 ,2"}) {
    const environment_variable variable("OVERLAP_REPLAY", wrong);
    EXPECT_THAT([] { course_of({}); }, ThrowsMessage<invalid_value_error>(HasSubstr("OVERLAP_REPLAY")))
        << wrong;
  }
}

}  // namespace
}  // namespace overlap::testing
