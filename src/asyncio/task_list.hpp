// src/asyncio/task_list.hpp
//
// The tasks of a loop as text. Threads: the loop's thread only.
#pragma once

#include <string>

namespace overlap::asyncio::detail {

struct event_loop_state;
struct task_record;

/// The name given or, without one, "task-" and the id.
std::string label_of(const task_record& task);

/// One line a task: its name, and where each frame of its chain waits, innermost first.
std::string list_tasks(const event_loop_state& loop);

}  // namespace overlap::asyncio::detail
