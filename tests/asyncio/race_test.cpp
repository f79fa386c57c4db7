// tests/asyncio/race_test.cpp
//
// The first wins, the others are stopped and awaited.

#include <stdexcept>
#include <string>
#include <variant>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(Race);

template <class T>
task<T> after(duration delay, T value) {
  co_await sleep(delay);
  co_return value;
}
task<int> fail_after(duration delay) {
  co_await sleep(delay);
  throw std::runtime_error("bad");
}

TEST_P(Race, GivesTheFirstAndItsIndex) {
  run_on_loop([]() -> task<> {
    const auto [index, value] = co_await race(after(3s, 1), after(1s, 2), after(2s, 3));
    EXPECT_EQ(index, 1U);
    EXPECT_EQ(value, 2);
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
}

TEST_P(Race, OfDifferentTypesGivesAVariant) {
  run_on_loop([]() -> task<> {
    const auto text = co_await race(after(3s, 1), after(1s, std::string("text")), sleep(2s));
    static_assert(std::is_same_v<decltype(text.value), std::variant<int, std::string, std::monostate>>);
    EXPECT_EQ(std::get<1>(text.value), "text");
    const auto nothing = co_await race(after(3s, 1), sleep(2s));
    EXPECT_EQ(nothing.index, 1U);
    EXPECT_EQ(nothing.value.index(), 1U);
  });
}

TEST_P(Race, WithoutValuesGivesTheIndex) {
  run_on_loop([]() -> task<> { EXPECT_EQ((co_await race(sleep(2s), sleep(1s))).index, 1U); });
}

TEST_P(Race, OfARange) {
  run_on_loop([]() -> task<> {
    std::vector<task<int>> tasks;
    for (int i : {3, 1, 2}) tasks.push_back(after(duration(1s) * i, i));
    const auto [index, value] = co_await race(std::move(tasks));
    EXPECT_EQ(index, 1U);
    EXPECT_EQ(value, 1);
    EXPECT_THROW(static_cast<void>(race(std::vector<task<int>>())), invalid_value_error);
  });
}

TEST_P(Race, AnErrorWinsToo) {
  run_on_loop([]() -> task<> {
    EXPECT_THROW(co_await race(after(3s, 1), fail_after(1s)), std::runtime_error);
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
}

TEST_P(Race, TheLosersAreStoppedAndTheirCleanupAwaited) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto loser = [&]() -> task<int> {
      const auto frame = frames.make();
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [&]() -> task<> {
                         co_await sleep(2s);
                         note("cleaned up");
                       });
      co_return 0;
    };
    EXPECT_EQ((co_await race(loser(), after(1s, 1))).value, 1);
    note("over");
    EXPECT_EQ(testing::now().since_start(), duration(3s));
    EXPECT_EQ(frames.alive(), 0);
  });
  EXPECT_THAT(log(), ElementsAre("cleaned up", "over"));
}

TEST_P(Race, WhatComesAfterOneThatEndsAtOnceIsNotStarted) {
  run_on_loop([&]() -> task<> {
    const auto noted = [&](const char* name) -> task<> {
      note(name);
      co_return;
    };
    const auto waiting = [&]() -> task<> {
      note("waiting");
      co_await sleep(1h);
    };
    EXPECT_EQ((co_await race(waiting(), noted("second"), noted("third"))).index, 1U);
  });
  EXPECT_THAT(log(), ElementsAre("waiting", "second"));
}

TEST_P(Race, ErrorsOfTheLosersAreDropped) {
  run_on_loop([]() -> task<> {
    const auto fails_in_cleanup = []() -> task<int> {
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       []() -> task<> {
                         throw std::runtime_error("late");
                         co_return;
                       });
      co_return 0;
    };
    EXPECT_EQ((co_await race(fails_in_cleanup(), after(1s, 1))).value, 1);
  });
}

TEST_P(Race, CancelledStopsAll) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto child = [&]() -> task<> {
      const auto frame = frames.make();
      co_await sleep(1h);
    };
    const auto body = [&]() -> task<> {
      co_await race(child(), child());
      note("not reached");
    };
    EXPECT_THROW(co_await with(timeout(1s), body), timeout_error);
    EXPECT_EQ(frames.alive(), 0);
  });
  EXPECT_TRUE(log().empty());
}

TEST_P(Race, ATaskBehindAHandleGoesOn) {
  run_on_loop([]() -> task<> {
    auto handle = create_task(after(5s, 5));
    EXPECT_EQ((co_await race(handle, after(1s, 1))).value, 1);
    EXPECT_FALSE(handle.done());
    EXPECT_EQ(co_await handle, 5);
  });
}

TEST_P(Race, InACancelledScopeStops) {
  run_on_loop([&]() -> task<> {
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await race(sleep(1s), sleep(2s));
      note("not reached");
    });
  });
  EXPECT_TRUE(log().empty());
}

TEST_P(Race, MovesItsValue) {
  run_on_loop([]() -> task<> {
    const auto make = [](int value) -> task<std::unique_ptr<int>> {
      co_await sleep(1s);
      co_return std::make_unique<int>(value);
    };
    auto won = co_await race(make(1), make(2));
    EXPECT_EQ(*won.value, 1);
  });
}

TEST_P(Race, MayBeRun) { EXPECT_EQ(run_on_loop(race(after(2s, 2), after(1s, 1))).value, 1); }

}  // namespace
}  // namespace overlap::asyncio
