// tests/asyncio/wait_test.cpp
//
// Waiting for some of several tasks. Numbers are the lines of requirements §3.

#include <stdexcept>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Wait : public LoopTest {
 protected:
  /// Runs `body(group)` in a group that is cancelled when it has ended.
  template <class Body>
  void run_in_group(Body body) {
    run_on_loop([&]() -> task<> {
      co_await with(task_group(), [&](task_group& group) -> task<> {
        co_await body(group);
        group.cancel();
      });
    });
  }
};
INSTANTIATE_TEST_SUITE_P(on, Wait, all_backends(), backend_name);

task<int> value_after(duration delay, int value) {
  co_await sleep(delay);
  co_return value;
}
task<int> failure_after(duration delay, const char* text) {
  co_await sleep(delay);
  throw std::runtime_error(text);
}

std::vector<int> values_of(const std::vector<task_handle<int>>& handles) {
  std::vector<int> values;
  for (const auto& each : handles) values.push_back(each.result());
  return values;
}

TEST_P(Wait, ForAllGivesThemInTheirOrder) {
  run_in_group([](task_group& group) -> task<> {
    std::vector<task_handle<int>> handles;
    for (int i : {3, 1, 2}) handles.push_back(group.create_task(value_after(duration(1s) * i, i)));
    const auto result = co_await wait(handles);
    EXPECT_THAT(values_of(result.done), ElementsAre(3, 1, 2));
    EXPECT_THAT(result.pending, IsEmpty());
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });
}

TEST_P(Wait, ForTheFirstLeavesTheOthersRunning) {
  run_in_group([](task_group& group) -> task<> {
    std::vector<task_handle<int>> handles;
    for (int i : {3, 1, 2}) handles.push_back(group.create_task(value_after(duration(1s) * i, i)));
    const auto first = co_await wait(handles, {.until = return_when::first_completed});
    EXPECT_THAT(values_of(first.done), ElementsAre(1));
    EXPECT_EQ(first.pending.size(), 2U);
    EXPECT_EQ(testing::now().since_start(), duration(1s));
    const auto rest = co_await wait(first.pending);
    EXPECT_THAT(values_of(rest.done), ElementsAre(3, 2));
  });
}

// 32.
TEST_P(Wait, TheTimeoutNeitherThrowsNorCancels) {
  run_in_group([](task_group& group) -> task<> {
    const std::vector handles{group.create_task(value_after(1s, 1)), group.create_task(value_after(1h, 2))};
    const auto result = co_await wait(handles, {.timeout = 2s});
    EXPECT_THAT(values_of(result.done), ElementsAre(1));
    EXPECT_EQ(result.pending.size(), 1U);
    EXPECT_FALSE(result.pending[0].done());
    EXPECT_EQ(testing::now().since_start(), duration(2s));
  });
}

TEST_P(Wait, WithNoTimeLooksAndDoesNotWait) {
  run_in_group([](task_group& group) -> task<> {
    const std::vector handles{group.create_task(value_after(0s, 1)), group.create_task(value_after(1h, 2))};
    EXPECT_THAT((co_await wait(handles, {.timeout = 0s})).done, IsEmpty());
    co_await wait_all_tasks_blocked();
    EXPECT_EQ((co_await wait(handles, {.timeout = -1s})).done.size(), 1U);
    EXPECT_EQ(testing::now().since_start(), duration());
  });
}

// 32. A cancelled task is no failure.
TEST_P(Wait, ForTheFirstFailureIsNotEndedByACancelledTask) {
  run_on_loop([]() -> task<> {
    auto cancelled = create_task(value_after(1h, 1));
    auto failing = create_task(failure_after(2s, "bad"));
    auto slow = create_task(value_after(3s, 3));
    cancelled.cancel();
    const std::vector handles{cancelled, failing, slow};
    const auto result = co_await wait(handles, {.until = return_when::first_exception});
    EXPECT_EQ(testing::now().since_start(), duration(2s));
    EXPECT_EQ(result.done.size(), 2U);
    EXPECT_EQ(result.pending.size(), 1U);
    EXPECT_THROW(static_cast<void>(failing.result()), std::runtime_error);
  });
}

TEST_P(Wait, ForTheFirstFailureWaitsForAllIfNoneFails) {
  run_in_group([](task_group& group) -> task<> {
    const std::vector handles{group.create_task(value_after(1s, 1)), group.create_task(value_after(2s, 2))};
    const auto result = co_await wait(handles, {.until = return_when::first_exception});
    EXPECT_EQ(result.done.size(), 2U);
    EXPECT_EQ(testing::now().since_start(), duration(2s));
  });
}

TEST_P(Wait, WhatHasEndedAlreadyCounts) {
  run_on_loop([]() -> task<> {
    auto failed = create_task(failure_after(0s, "bad"));
    auto running = create_task(value_after(1h, 1));
    co_await sleep(1s);
    const std::vector handles{failed, running};
    for (auto until : {return_when::first_completed, return_when::first_exception}) {
      const auto result = co_await wait(handles, {.until = until});
      EXPECT_EQ(result.done.size(), 1U);
    }
    EXPECT_EQ(testing::now().since_start(), duration(1s));
    EXPECT_NE(failed.exception(), nullptr);
  });
}

// 32. Passing tasks that have not been started does not compile: tests/compile_fail.
TEST_P(Wait, ForNothingIsAnError) {
  run_on_loop([]() -> task<> {
    EXPECT_THROW(static_cast<void>(wait(std::vector<task_handle<int>>())), invalid_value_error);
    co_return;
  });
}

TEST_P(Wait, ATaskGivenTwiceCountsOnce) {
  run_in_group([](task_group& group) -> task<> {
    auto one = group.create_task(value_after(1s, 1));
    auto two = group.create_task(value_after(2s, 2));
    const std::vector handles{two, one, two, one};
    const auto result = co_await wait(handles);
    EXPECT_THAT(values_of(result.done), ElementsAre(2, 1));
  });
}

TEST_P(Wait, TasksOfDifferentTypesGoTogetherAsAnyTask) {
  run_in_group([](task_group& group) -> task<> {
    auto number = group.create_task(value_after(1s, 1));
    auto nothing = group.create_task([]() -> task<> { co_await sleep(1h); });
    std::vector<any_task> handles;
    handles.emplace_back(number);
    handles.emplace_back(nothing);
    const auto result = co_await wait(handles, {.until = return_when::first_completed});
    EXPECT_EQ(result.done.front(), number);
    EXPECT_EQ(result.pending.front(), nothing);
  });
}

TEST_P(Wait, CancelledLeavesTheTasksAlone) {
  run_in_group([](task_group& group) -> task<> {
    auto awaited = group.create_task(value_after(5s, 5));
    const std::vector handles{awaited};
    auto waiting = group.create_task([&]() -> task<> { co_await wait(handles, {.timeout = 1h}); });
    co_await sleep(1s);
    waiting.cancel();
    EXPECT_THROW(co_await waiting, cancelled_error);
    EXPECT_EQ(co_await awaited, 5);
    EXPECT_EQ(testing::now().since_start(), duration(5s));
  });
}

// 7. What had happened before the cancellation is delivered.
TEST_P(Wait, CancelledInTheTurnOfItsEndStillGives) {
  run_on_loop([&]() -> task<> {
    auto awaited = create_task(value_after(1s, 5));
    const std::vector handles{awaited};
    auto waiting = create_task([&]() -> task<> {
      const auto result = co_await wait(handles);
      note(std::to_string(result.done.size()));
      co_await sleep(0s);
      note("not reached");
    });
    awaited.add_done_callback([&] { waiting.cancel(); });
    EXPECT_THROW(co_await waiting, cancelled_error);
  });
  EXPECT_THAT(log(), ElementsAre("1"));
}

TEST_P(Wait, MayBeRun) {
  EXPECT_EQ(run_on_loop([]() -> task<int> {
              auto handle = create_task(value_after(1s, 1));
              const std::vector handles{handle};
              const auto result = co_await wait_for(wait(handles), 1h);
              co_return result.done.at(0).result();
            }),
            1);
}

}  // namespace
}  // namespace overlap::asyncio
