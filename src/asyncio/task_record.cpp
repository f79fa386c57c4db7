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
  body.self.destroy();
}

const frame_actions task_record::adaptor_actions{&task_record::finished_action, &task_record::stopped_action};

task_record::task_record() noexcept {
  actions = &adaptor_actions;
  task = this;
}

task_record::~task_record() {
  OVERLAP_ASSERT(references <= 1,
                 "a handle from current_task or all_tasks outlives the gather or run that owns the task: "
                 "do not keep such handles");
  destroy_body();
  intrusive_link<all_tasks_tag>::unlink();  // from the list of failed tasks nobody has looked at
  if (error && !error_taken) state_of(*loop).report_untaken(std::move(error));
}

void task_record::attach(loop_core& to, scope& outer, task_owner& told, promise_base& body,
                         std::source_location created) {
  event_loop_state& state = state_of(to);
  loop = &to;
  owner = &told;
  promise = &body;
  place = created;
  id = state.next_task_id();
  if (to.current != nullptr) parent_id = to.current->id;
  context = overlap::detail::active_context();
  own.enter(&outer);
  body.parent = this;
  body.task = this;
  state.tasks.push_back(*this);
  if (overlap::detail::current_hooks != nullptr) overlap::detail::current_hooks->task_spawned(view_of(*this));
}

void task_record::start(const task_options& options) {
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
  promise->self.resume();
  promise->starting = false;
  if (promise->finished) finished_action(this);  // may destroy this record
  its_loop.current = before;
}

void task_record::finished_action(frame* self) {
  auto* record = static_cast<task_record*>(self);
  if (record->promise->error) {
    record->error = std::move(record->promise->error);
    record->end(task_end::failed);
    return;
  }
  try {
    record->take_value();
  } catch (...) {
    record->error = std::current_exception();  // of the value's move constructor
  }
  record->end(record->error ? task_end::failed : task_end::returned);
}

void task_record::stopped_action(frame* self) { static_cast<task_record*>(self)->end(task_end::stopped); }

void task_record::destroy_body() noexcept {
  if (promise != nullptr) std::exchange(promise, nullptr)->self.destroy();
}

void task_record::end(task_end how) {
  destroy_body();  // destructors run while the task still counts as running in its scope
  ended = how;
  if (how == task_end::stopped && own.reason.empty()) {
    if (const scope* cancelled = own.cancelled_by()) own.reason = cancelled->reason;  // for who awaits it
  }
  own.leave();
  intrusive_link<all_tasks_tag>::unlink();
  while (end_listener* listener = listeners.pop_front()) listener->what->heard(listener, *this);
  if (overlap::detail::current_hooks != nullptr) overlap::detail::current_hooks->finished(view_of(*this));
  owner->task_ended(*this);  // may destroy this record
}

}  // namespace overlap::asyncio::detail
