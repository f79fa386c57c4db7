// tests/testing/course.hpp
//
// A program whose course can be read, for tests of what decides it.
//
// Threads: one only.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>

#include "testing/environment_variable.hpp"

namespace overlap::testing {

/// Tests that say themselves which seed they mean.
class unforced : public ::testing::Test {
  environment_variable no_seed_{"OVERLAP_SEED", nullptr};
  environment_variable no_schedules_{"OVERLAP_SCHEDULES", nullptr};
  environment_variable no_replay_{"OVERLAP_REPLAY", nullptr};
};

/// Which of six tasks, each with three turns, had its turn when.
inline std::string course_of(const simulation_options& options) {
  std::string course;
  simulate(options, [&]() -> asyncio::task<> {
    co_await with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
      for (char name = 'a'; name <= 'f'; ++name) {
        group.create_task([&course, name]() -> asyncio::task<> {
          for (int turn = 0; turn < 3; ++turn) {
            course.push_back(name);
            co_await asyncio::sleep(std::chrono::seconds(0));
          }
        });
      }
      co_return;
    });
  });
  return course;
}

}  // namespace overlap::testing
