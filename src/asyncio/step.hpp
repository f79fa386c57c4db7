// src/asyncio/step.hpp
//
// Internal door to step.cpp. Threads: the loop's thread only.
#pragma once

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/hooks.hpp>

namespace overlap::asyncio::detail {

/// Runs `loop.next` and whoever goes on from there, until all of them wait.
void run_step(loop_core& loop);

/// The same, with the hooks told which task begins and ends a step.
void run_hooked_step(loop_core& loop, task_record& task);

/// What hooks are told about a task.
task_view view_of(const task_record& task) noexcept;

}  // namespace overlap::asyncio::detail
