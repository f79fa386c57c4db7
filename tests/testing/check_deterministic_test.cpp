// tests/testing/check_deterministic_test.cpp
//
// Programs that a seed repeats, and programs that only seem so.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/base/hooks.hpp>
#include <overlap/testing.hpp>

#include "testing/course.hpp"

namespace overlap::testing {
namespace {

using asyncio::sleep;
using asyncio::task;
using asyncio::task_group;
using asyncio::with;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using namespace std::chrono_literals;

class CheckDeterministic : public unforced {};

task<> sleep_for_all(int tasks, duration pause) {
  co_await with(task_group(), [&](task_group& group) -> task<> {
    for (int i = 0; i < tasks; ++i) {
      group.create_task([&]() -> task<> {
        co_await sleep(0s);
        co_await sleep(pause);
      });
    }
    co_return;
  });
}

TEST_F(CheckDeterministic, GivesAHashOfAllSteps) {
  const auto main = [] { return sleep_for_all(5, 3s); };

  const determinism_report report = check_deterministic(main);

  EXPECT_GT(report.steps, 5U * 4);
  EXPECT_EQ(check_deterministic(main, 1).trace_hash, report.trace_hash);
  EXPECT_NE(check_deterministic(main, 2).trace_hash, report.trace_hash);
  EXPECT_NE(check_deterministic([] { return sleep_for_all(5, 4s); }).trace_hash, report.trace_hash)
      << "virtual times belong to the course";

  const environment_variable variable("OVERLAP_SEED", "2");
  EXPECT_NE(check_deterministic(main, 1).trace_hash, report.trace_hash);
}

TEST_F(CheckDeterministic, NamesTheFirstStepThatDiffers) {
  int runs = 0;
  const auto main = [&]() -> task<> {
    ++runs;
    co_await sleep(2500ms);
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([]() -> task<> { co_return; }, {.name = runs == 1 ? "fetch" : "store"});
      co_return;
    });
  };
  EXPECT_THAT([&] { check_deterministic(main); },
              ThrowsMessage<not_deterministic>(AllOf(HasSubstr("first run:  at 2.5 s task 2"),
                                                     HasSubstr("second run:"),
                                                     HasSubstr("check_deterministic_test.cpp"))));
}

TEST_F(CheckDeterministic, TimesCount) {
  int runs = 0;
  EXPECT_THAT([&] { check_deterministic([&] { return sleep_for_all(2, 1s * ++runs); }); },
              ThrowsMessage<not_deterministic>(AllOf(HasSubstr("at 1.0 s"), HasSubstr("at 2.0 s"))));
}

TEST_F(CheckDeterministic, ARunThatIsLongerIsNoticed) {
  int runs = 0;
  EXPECT_THAT([&] { check_deterministic([&] { return sleep_for_all(++runs, 1s); }); },
              ThrowsMessage<not_deterministic>(HasSubstr("differ at step")));
}

TEST_F(CheckDeterministic, AnErrorOfOneRunOnlyIsNoticedAndOneOfBothIsThrown) {
  int runs = 0;
  const auto sometimes = [&]() -> task<> {
    co_await sleep(1s);
    if (++runs == 1) throw std::runtime_error("the first only");
  };
  EXPECT_THAT([&] { check_deterministic(sometimes); },
              ThrowsMessage<not_deterministic>(HasSubstr("the first failed: the first only")));
  const auto always = []() -> task<> {
    co_await sleep(1s);
    throw std::runtime_error("always");
  };
  EXPECT_THROW(check_deterministic(always), std::runtime_error);
}

TEST_F(CheckDeterministic, HooksThatAreThereSeeEverythingAndStay) {
  struct counting final : hooks {
    void step_begins(const task_view& /*task*/) noexcept override { ++begun; }
    int begun = 0;
  } counted;
  set_hooks(&counted);

  check_deterministic([] { return sleep_for_all(3, 1s); });

  EXPECT_EQ(set_hooks(nullptr), &counted);
  EXPECT_EQ(counted.begun, 2 * (1 + 3 * 3)) << "main goes on in the last step of the last task";
}

}  // namespace
}  // namespace overlap::testing
