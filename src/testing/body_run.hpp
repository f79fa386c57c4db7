// src/testing/body_run.hpp
//
// One simulation of a schedule_body. Threads: as simulation.
#pragma once

#include <exception>
#include <source_location>

#include <overlap/testing/explore.hpp>

#include "testing/simulation.hpp"

namespace overlap::testing::detail {

/// The error in which it ended, or null. Throws keyboard_interrupt: that is the user's, not the program's.
inline std::exception_ptr run_body(simulation& course, schedule_body& body, std::source_location place) {
  std::exception_ptr failure;
  try {
    asyncio::task<> main = body.start();
    asyncio::detail::task_record_of<void> root;
    course.run(root, main.release_promise(), place);
    failure = root.error();
  } catch (const keyboard_interrupt&) {
    throw;
  } catch (...) {
    failure = std::current_exception();
  }
  body.ended(failure);
  return failure;
}

}  // namespace overlap::testing::detail
