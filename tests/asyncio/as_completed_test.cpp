// tests/asyncio/as_completed_test.cpp
//
// Tasks in the order of their ends. Numbers are the lines of requirements §3.

#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

OVERLAP_LOOP_SUITE(AsCompleted);

task<int> value_after(duration delay, int value) {
  co_await sleep(delay);
  co_return value;
}
task<int> failure_after(duration delay, const char* text) {
  co_await sleep(delay);
  throw std::runtime_error(text);
}

// 33.
TEST_P(AsCompleted, GivesTheTasksThemselvesInTheOrderOfTheirEnds) {
  run_on_loop([&]() -> task<> {
    std::vector<task_handle<int>> handles;
    for (int i : {3, 1, 2}) handles.push_back(create_task(value_after(duration(1s) * i, i)));
    auto order = as_completed(handles);
    EXPECT_EQ(order.left(), 3U);
    while (auto ended = co_await order.next()) {
      note(std::to_string(ended->result()));
      EXPECT_TRUE(*ended == handles[static_cast<std::size_t>(ended->result() == 3   ? 0
                                                             : ended->result() == 1 ? 1
                                                                                    : 2)]);
    }
    EXPECT_EQ(order.left(), 0U);
    EXPECT_FALSE(co_await order.next());
  });
  EXPECT_THAT(log(), ElementsAre("1", "2", "3"));
}

// 33.
TEST_P(AsCompleted, IteratesOverAwaitablesOfTheResults) {
  run_on_loop([&]() -> task<> {
    const std::vector handles{create_task(value_after(2s, 2)), create_task(failure_after(1s, "bad")),
                              create_task(value_after(3s, 3))};
    for (auto next : as_completed(handles)) {
      try {
        note(std::to_string(co_await next));
      } catch (const std::runtime_error& error) {
        note(error.what());
      }
    }
  });
  EXPECT_THAT(log(), ElementsAre("bad", "2", "3"));
}

// 33.
TEST_P(AsCompleted, ThoseThatHadEndedComeFirstAndEachOnce) {
  run_on_loop([&]() -> task<> {
    auto slow = create_task(value_after(2s, 2));
    auto fast = create_task(value_after(1s, 1));
    auto later = create_task(value_after(3s, 3));
    co_await sleep(duration(2s));
    co_await sleep(0s);
    auto order = as_completed(std::vector{later, slow, fast, slow});
    while (auto ended = co_await order.next()) note(std::to_string(ended->result()));
  });
  EXPECT_THAT(log(), ElementsAre("2", "1", "3"));
}

// 33.
TEST_P(AsCompleted, TheTimeoutSaysHowManyAreUnfinished) {
  run_on_loop([&]() -> task<> {
    std::vector<task_handle<int>> handles;
    for (int i = 1; i <= 4; ++i) handles.push_back(create_task(value_after(duration(1s) * i, i)));
    auto order = as_completed(handles, {.timeout = 2500ms});
    try {
      while (auto ended = co_await order.next()) note(std::to_string(ended->result()));
    } catch (const timeout_error& error) {
      note(error.what());
    }
    EXPECT_EQ(testing::now().since_start(), duration(2500ms));
    EXPECT_THROW(co_await order.next(), timeout_error);
    EXPECT_FALSE(handles[2].done());
  });
  EXPECT_EQ(log()[0] + log()[1], "12");
  EXPECT_THAT(log()[2], HasSubstr("2 (of 4) tasks unfinished"));
}

// 33.
TEST_P(AsCompleted, GoesOnAfterABreak) {
  run_on_loop([&]() -> task<> {
    const std::vector handles{create_task(value_after(1s, 1)), create_task(value_after(2s, 2))};
    auto order = as_completed(handles);
    for (auto next : order) {
      note(std::to_string(co_await next));
      break;
    }
    for (auto next : order) note(std::to_string(co_await next));
  });
  EXPECT_THAT(log(), ElementsAre("1", "2"));
}

TEST_P(AsCompleted, ACancelledWaitLosesNoEnd) {
  run_on_loop([&]() -> task<> {
    const std::vector handles{create_task(value_after(2s, 2))};
    auto order = as_completed(handles);
    EXPECT_THROW(co_await with(timeout(1s), [&]() -> task<> { co_await order.next(); }), timeout_error);
    EXPECT_EQ((co_await order.next())->result(), 2);
  });
}

TEST_P(AsCompleted, SeveralMayWaitAndThoseLeftOverGetNothing) {
  run_on_loop([&]() -> task<> {
    const std::vector handles{create_task(value_after(1s, 1)), create_task(value_after(2s, 2))};
    auto order = as_completed(handles);
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) {
        group.create_task([&, name]() -> task<> {
          auto ended = co_await order.next();
          note(name + (ended ? std::to_string(ended->result()) : std::string("-")));
        });
      }
      co_return;
    });
  });
  EXPECT_THAT(log(), ElementsAre("a1", "b2", "c-"));
}

TEST_P(AsCompleted, OfNothingEndsAtOnce) {
  run_on_loop([&]() -> task<> {
    auto order = as_completed(std::vector<task_handle<int>>());
    EXPECT_FALSE(co_await order.next());
    for (auto next : order) co_await next;
  });
}

TEST_P(AsCompleted, DroppedInTheMiddleLeavesTheTasksRunning) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task(value_after(2s, 2));
    {
      auto order = as_completed(std::vector{handle}, {.timeout = 1s});
      EXPECT_EQ(order.left(), 1U);
    }
    EXPECT_EQ(co_await handle, 2);
  });
}

}  // namespace
}  // namespace overlap::asyncio
