// src/asyncio/task_record.cpp
//
// The life of a task: attached, started, ended, told, released. See the numbered rules in task_record.hpp.

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/task_record.hpp>
#include <overlap/asyncio/task_options.hpp>
#include <overlap/base/context.hpp>

#include "asyncio/event_loop_state.hpp"
#include "asyncio/step.hpp"

namespace overlap::asyncio::detail {

void drop_unawaited(promise_base& body) noexcept {
  if (overlap::detail::current_hooks != nullptr) overlap::detail::current_hooks->never_awaited(body.place);
  coroutine_of(body).destroy();
}

task_record::~task_record() {
  OVERLAP_ASSERT(references <= 1,
                 "a handle from current_task or all_tasks outlives the gather or run that owns the task: "
                 "do not keep such handles");
  leave();  // the tree, or the failed tasks that nobody has looked at
  if (ended == task_end::running) {
    if (promise != nullptr) coroutine_of(*promise).destroy();  // it could not be started
  } else if (ended == task_end::failed) {
    if (!error_taken) state_of(*loop).report_untaken(std::move(failure));
    failure.~exception_ptr();
  }
}

void task_record::attach(loop_core& to, scope& around, task_owner& told, promise_base& body,
                         std::source_location created) {
  loop = &to;
  owner = &told;
  promise = &body;
  place = created;
  id = state_of(to).next_task_id();
  parent_id = to.current != nullptr ? to.current->id : 0;
  context.inherit(overlap::detail::active_context());
  enter(around);
  body.parent = this;
  body.task = this;
  if (overlap::detail::current_hooks != nullptr) [[unlikely]]
    overlap::detail::current_hooks->task_spawned(view_of(*this));
}

void task_record::start(const task_options& options) {
  if (options.name.empty() && options.in == nullptr && !options.eager_start) [[likely]] {
    start_soon();
  } else {
    start_as(options);
  }
}

void task_record::start_as(const task_options& options) {
  if (!options.name.empty()) name = shared_text(options.name);
  if (options.in != nullptr) {
    overlap::context copied = *options.in;
    context = overlap::detail::storage_of(copied);
  }
  if (options.eager_start) {
    start_now();
  } else {
    start_soon();
  }
}

void task_record::start_soon() {
  run = &run_first_step;
  loop->push(*this);
}

void task_record::start_now() {
  overlap::detail::context_switch in_context(context);
  loop_core& its_loop = *loop;
  task_record* before = std::exchange(its_loop.current, this);
  started = true;
  promise->starting = true;
  coroutine_of(*promise).resume();
  promise->starting = false;
  if (promise->finished) finished_action(this);  // may destroy this record
  its_loop.current = before;
}

void task_record::finished_action(adaptor* self) {
  auto* record = static_cast<task_record*>(self);
  if (record->promise->error) [[unlikely]] {
    record->fail(std::move(record->promise->error));
    return;
  }
  try {
    static_cast<const record_actions*>(record->actions)->take_value(record);
  } catch (...) {
    record->fail(std::current_exception());  // of the value's move constructor
    return;
  }
  // Destructors run while the task still counts as running in its scope.
  coroutine_of(*std::exchange(record->promise, nullptr)).destroy();
  record->end(task_end::returned);
}

void task_record::stopped_action(adaptor* self) {
  auto* record = static_cast<task_record*>(self);
  coroutine_of(*std::exchange(record->promise, nullptr)).destroy();
  if (record->why == nullptr) {
    if (const scope* canceller = record->cancelled_by()) {
      record->why = canceller->why;  // for who awaits it
      ++record->why->references;
    }
  }
  record->end(task_end::stopped);
}

void task_record::fail(std::exception_ptr error) {
  coroutine_of(*std::exchange(promise, nullptr)).destroy();
  new (&failure) std::exception_ptr(std::move(error));
  end(task_end::failed);
}

void task_record::end(task_end how) {
  ended = how;
  leave();
  if (first_listener != nullptr) tell_listeners();
  if (overlap::detail::current_hooks != nullptr) [[unlikely]]
    overlap::detail::current_hooks->finished(view_of(*this));
  owner->task_ended(*this);  // may destroy this record
}

void task_record::tell_listeners() {
  if (end_listener* only = first_listener; only->next_listener == nullptr) [[likely]] {
    only->stop_listening();
    only->what->heard(only, *this);
    return;
  }
  end_listener* in_order = nullptr;  // a list again: who is told may take others away
  while (end_listener* last = first_listener) {
    last->stop_listening();
    last->listen(in_order);
  }
  while (end_listener* first = in_order) {
    first->stop_listening();
    first->what->heard(first, *this);
  }
}

}  // namespace overlap::asyncio::detail
