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

/// Whether `node` is a waiter that goes on, and nobody observes it: the most frequent case by far.
inline bool is_plain_wake(const ready_node& node) noexcept {
  return node.run == &run_waiter && static_cast<const waiter&>(node).phase != wait_state::stopping &&
         overlap::detail::current_hooks == nullptr;
}

/// run_waiter for it. Leaves its task as the current one, with its context: run_ready puts that right.
inline void resume_waiter(loop_core& loop, waiter& leaf) {
  frame& awaiting = *leaf.suspended;
  leaf.in->leaf = nullptr;
  loop.current = awaiting.task;
  overlap::detail::current_context = &awaiting.task->context;
  coroutine_of(awaiting).resume();
  if (loop.next != nullptr) run_step(loop);
}

/// Runs a queued task_record that has not started yet.
void run_first_step(ready_node* node);

/// The task that goes on when `node` of the ready queue runs, or null: it is a callback or a job.
const task_record* task_of(const ready_node& node) noexcept;

/// What hooks are told about a task.
task_view view_of(const task_record& task) noexcept;

}  // namespace overlap::asyncio::detail
