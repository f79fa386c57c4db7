// tests/asyncio/any_task_test.cpp
//
// Who runs, and what is told of the end of a task.

#include <stdexcept>
#include <unordered_map>

#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(AnyTask);

task<int> value_after(duration delay, int value) {
  co_await sleep(delay);
  co_return value;
}

TEST_P(AnyTask, CurrentTaskIsTheOneThatRuns) {
  run_on_loop([]() -> task<> {
    std::vector<std::uint64_t> seen;
    const auto look = [&]() -> task<> {
      seen.push_back(current_task().id());
      co_await sleep(0s);
      EXPECT_EQ(current_task().id(), seen.back());
    };
    auto handle = create_task(look(), "looking");
    co_await handle;
    EXPECT_THAT(seen, ElementsAre(handle.id()));
    EXPECT_NE(current_task().id(), handle.id());
    co_await look();
    EXPECT_EQ(seen.back(), current_task().id());
  });
}

TEST_P(AnyTask, ThereIsNoneOutside) {
  EXPECT_THROW(static_cast<void>(current_task()), invalid_state_error);
  EXPECT_THROW(static_cast<void>(all_tasks()), invalid_state_error);
  run_on_loop([&]() -> task<> {
    get_running_loop().call_soon([&] {
      try {
        static_cast<void>(current_task());
      } catch (const invalid_state_error&) {
        note("none in a callback");
      }
    });
    co_await sleep(0s);
  });
  EXPECT_THAT(log(), ElementsAre("none in a callback"));
}

TEST_P(AnyTask, AllTasksAreThoseThatHaveNotEnded) {
  run_on_loop([]() -> task<> {
    EXPECT_EQ(all_tasks().size(), 1U);
    EXPECT_EQ(all_tasks()[0], current_task());
    auto one = create_task(value_after(1s, 1));
    auto two = create_task(value_after(2s, 2));
    EXPECT_THAT(all_tasks(), ElementsAre(current_task(), any_task(one), any_task(two)));
    co_await one;
    EXPECT_THAT(all_tasks(), ElementsAre(current_task(), any_task(two)));
    two.cancel();
    EXPECT_THROW(co_await two, cancelled_error);
    EXPECT_EQ(all_tasks().size(), 1U);
  });
}

TEST_P(AnyTask, IsAwaitedForItsEnd) {
  run_on_loop([]() -> task<> {
    const any_task good = create_task(value_after(1s, 1));
    co_await good;
    EXPECT_TRUE(good.done());
    const any_task bad = create_task([]() -> task<> {
      throw std::runtime_error("bad");
      co_return;
    });
    EXPECT_THROW(co_await bad, std::runtime_error);
  });
}

TEST_P(AnyTask, IsAKey) {
  run_on_loop([]() -> task<> {
    auto handle = create_task(value_after(1s, 1));
    std::unordered_map<any_task, int> numbers;
    numbers.emplace(handle, 1);
    numbers.emplace(handle, 2);
    EXPECT_EQ(numbers.at(any_task(handle)), 1);
    EXPECT_EQ(numbers.size(), 1U);
    co_return;
  });
}

TEST_P(AnyTask, CancelsItself) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task([&]() -> task<> {
      current_task().cancel("enough");
      note("until the next wait");
      co_await sleep(0s);
      note("not reached");
    });
    EXPECT_THROW(co_await handle, cancelled_error);
  });
  EXPECT_THAT(log(), ElementsAre("until the next wait"));
}

OVERLAP_LOOP_SUITE(DoneCallback);

TEST_P(DoneCallback, IsCalledAfterTheEndInTheOrderOfAdding) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task(value_after(1s, 7));
    handle.add_done_callback([&](const task_handle<int>& ended) { note(std::to_string(ended.result())); });
    handle.add_done_callback([&] { note("second"); });
    co_await handle;
    co_await sleep(0s);
    EXPECT_THAT(log(), ElementsAre("7", "second"));
  });
}

TEST_P(DoneCallback, OfATaskThatHasEndedIsCalledAtItsTurn) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task(value_after(0s, 7));
    co_await handle;
    any_task(handle).add_done_callback(
        [&](const any_task& ended) { note(ended.done() ? "done" : "running"); });
    EXPECT_THAT(log(), IsEmpty());
    co_await sleep(0s);
    EXPECT_THAT(log(), ElementsAre("done"));
  });
}

TEST_P(DoneCallback, CanBeRemoved) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task(value_after(1s, 7));
    auto added = handle.add_done_callback([&] { note("removed"); });
    handle.add_done_callback([&] { note("kept"); });
    added.cancel();
    co_await handle;
    co_await sleep(0s);
  });
  EXPECT_THAT(log(), ElementsAre("kept"));
}

// 50.
TEST_P(DoneCallback, OneThatThrowsIsReportedAndStopsNoOther) {
  try {
    run_on_loop([&]() -> task<> {
      auto handle = create_task(value_after(1s, 7));
      handle.add_done_callback([] { throw std::runtime_error("bad callback"); });
      handle.add_done_callback([&] { note("second"); });
      co_await handle;
      co_await sleep(0s);
    });
    FAIL() << "the error was lost";
  } catch (const exception_group& group) {
    EXPECT_EQ(group.exceptions().size(), 1U);
  }
  EXPECT_THAT(log(), ElementsAre("second"));
}

TEST_P(DoneCallback, RunsInTheContextOfWhoAddedIt) {
  static const context_var<int> number("number", 0);
  run_on_loop([&]() -> task<> {
    auto handle = create_task([]() -> task<> {
      number.set(2);
      co_await sleep(1s);
    });
    number.set(1);
    handle.add_done_callback([&] { note(std::to_string(number.get())); });
    co_await handle;
    co_await sleep(0s);
  });
  EXPECT_THAT(log(), ElementsAre("1"));
}

TEST_P(DoneCallback, OfACancelledTaskIsCalled) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task(value_after(1h, 7));
    handle.add_done_callback([&](const auto& ended) { note(ended.cancelled() ? "cancelled" : "?"); });
    handle.cancel();
    co_await sleep(1s);
  });
  EXPECT_THAT(log(), ElementsAre("cancelled"));
}

}  // namespace
}  // namespace overlap::asyncio
