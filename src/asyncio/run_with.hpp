// src/asyncio/run_with.hpp
//
// The parts of run: for run itself, runner, and testing::simulate, which makes its loop to order.
//
// Threads: as run.
#pragma once

#include <exception>
#include <source_location>
#include <vector>

#include <overlap/asyncio/run.hpp>

#include "asyncio/loop_options.hpp"

namespace overlap::asyncio::detail {

struct event_loop_state;

void run_root_with(task_record& root, promise_base& body, std::source_location place, loop_options options);

/// The owner of a main task, whose record is on the stack of run: there is nothing to release.
struct main_task_owner final : task_owner {
  void task_ended(task_record& ended) override;
};

/// Makes a loop the one of this thread for a while. Throws invalid_state_error if there is one already.
class running_loop_guard {
 public:
  explicit running_loop_guard(loop_core& loop);
  running_loop_guard(const running_loop_guard&) = delete;
  running_loop_guard& operator=(const running_loop_guard&) = delete;
  ~running_loop_guard();
};

/// Runs `root`, which is attached, as the main task until it has ended. Returns the error that is not its
/// own: deadlock_error, keyboard_interrupt, or cancelled_error.
std::exception_ptr run_main_task(event_loop_state& loop, task_record& root);

/// Throws `first`, `untaken`, or a group of both, if there is anything to throw.
void throw_untaken(std::exception_ptr first, std::vector<std::exception_ptr> untaken);

}  // namespace overlap::asyncio::detail
