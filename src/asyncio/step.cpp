// src/asyncio/step.cpp
//
// One step of a task: from the leaf that is resumed or stopped up to where the chain waits again. This is
// the only place where frames are resumed from the loop, and, with the adaptors it calls, the only one
// where they are destroyed. It is a flat loop, so neither a long chain nor a ready child grows the stack.

#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/hooks.hpp>

#include "asyncio/step.hpp"

namespace overlap::asyncio::detail {

namespace {

void stop_chain(frame* from) {
  while (!from->is_adaptor) from = from->parent;
  auto* decides = static_cast<adaptor*>(from);
  decides->actions->stopped(decides);
}

}  // namespace

void run_step(loop_core& loop) {
  overlap::detail::context_storage* outer_context = overlap::detail::current_context;
  while (frame* going_on = std::exchange(loop.next, nullptr)) {
    loop.current = going_on->task;
    overlap::detail::current_context = &going_on->task->context;
    if (loop.next_is_stop) [[unlikely]] {
      stop_chain(going_on);
    } else if (going_on->is_adaptor) {
      auto* decides = static_cast<adaptor*>(going_on);
      decides->actions->finished(decides);
    } else {
      coroutine_of(*going_on).resume();
    }
  }
  overlap::detail::current_context = outer_context;
  loop.current = nullptr;
}

void run_waiter(ready_node* node) {
  auto* leaf = static_cast<waiter*>(node);
  frame* awaiting = leaf->suspended;
  loop_core& loop = *awaiting->task->loop;
  leaf->in->leaf = nullptr;
  if (leaf->phase == wait_state::stopping) {
    loop.stop(*awaiting);
  } else {
    loop.resume(*awaiting);
  }
  run_hooked_step(loop, *awaiting->task);
}

void run_first_step(ready_node* node) {
  auto* record = static_cast<task_record*>(node);
  loop_core& loop = *record->loop;
  if (overlap::detail::current_hooks != nullptr) [[unlikely]] {
    record->started = true;
    loop.resume(*record->promise);
    run_hooked_step(loop, *record);
    return;
  }
  record->start_now();  // may destroy the record
  if (loop.next != nullptr) run_step(loop);
}

const task_record* task_of(const ready_node& node) noexcept {
  if (node.run == &run_waiter) return static_cast<const waiter&>(node).suspended->task;
  if (node.run == &run_first_step) return static_cast<const task_record*>(&node);
  return nullptr;
}

namespace {

// Apart, so that a step that nobody observes does not pay for what this keeps.
[[gnu::noinline]] void run_observed_step(loop_core& loop, task_record& task, hooks& observer) {
  const task_view view = view_of(task);  // the record may die in the step; the name is kept by the copy below
  const shared_text name = task.name;
  observer.step_begins(view);
  run_step(loop);
  observer.step_ends(view);
}

}  // namespace

void run_hooked_step(loop_core& loop, task_record& task) {
  if (hooks* observer = overlap::detail::current_hooks; observer != nullptr) [[unlikely]] {
    run_observed_step(loop, task, *observer);
  } else {
    run_step(loop);
  }
}

task_view view_of(const task_record& task) noexcept {
  return task_view{.id = task.id, .name = task.name.view(), .parent_id = task.parent_id, .place = task.place};
}

}  // namespace overlap::asyncio::detail
