// tests/testing/every_schedule.hpp
//
// Runs three tasks in every order there is. What they check they demand: a failed demand is made small and
// told with the line that repeats it.
//
// Threads: one only.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>  // IWYU pragma: export: for 1s
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>

namespace overlap::asyncio {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

inline void demand(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

/// Nobody can overtake whom and hide it: `demand`s hold in each of the schedules, and there are no others.
/// Gives their number, which is printed.
template <class Main>
std::size_t in_every_schedule(Main&& main) {
  std::size_t schedules = 0;
  try {
    const testing::exploration_report report =
        testing::explore({.by = testing::strategy::exhaustive, .schedules = 500'000}, main);
    schedules = report.schedules;
    EXPECT_TRUE(report.complete) << "there are more than " << schedules << " schedules";
    std::printf("             all %zu schedules, of up to %zu choices\n", schedules, report.choices_max);
    ::testing::Test::RecordProperty("schedules", std::to_string(schedules));
  } catch (const testing::exploration_failed& failed) {
    ADD_FAILURE() << failed.what();
  }
  return schedules;
}

/// A group with body(0), body(1) and body(2), until all have ended.
template <class Body>
task<> three_tasks(Body& body) {
  co_await with(task_group(), [&](task_group& group) -> task<> {
    for (int i = 0; i < 3; ++i) group.create_task([&body, i]() -> task<> { co_await body(i); });
    co_return;
  });
}

/// The same, with a fourth that cancels body(0) at some moment: before it begins, at any of its waits, or
/// after it has ended.
template <class Body>
task<> three_tasks_one_cancelled(Body& body) {
  co_await with(task_group(), [&](task_group& group) -> task<> {
    auto first = group.create_task([&body]() -> task<> { co_await body(0); });
    for (int i = 1; i < 3; ++i) group.create_task([&body, i]() -> task<> { co_await body(i); });
    co_await sleep(0s);
    first.cancel("at some moment");
  });
}

}  // namespace overlap::asyncio
