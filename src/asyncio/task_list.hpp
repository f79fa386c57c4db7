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

/// Each task: its name, where each coroutine of its chain waits, innermost first, and who waits for it.
std::string list_tasks(const event_loop_state& loop);

}  // namespace overlap::asyncio::detail
