// src/asyncio/task_handle.cpp
//
// Waiting for a task from outside, and asking how it ended.

#include <string>

#include <overlap/asyncio/any_task.hpp>
#include <overlap/asyncio/create_task.hpp>
#include <overlap/asyncio/task_handle.hpp>

#include "asyncio/await_graph.hpp"
#include "asyncio/event_loop_state.hpp"
#include "asyncio/task_list.hpp"

namespace overlap::asyncio::detail {

namespace {

std::string cancelled_text(const task_record& record) {
  std::string text = label_of(record) + " was cancelled";
  if (record.why == nullptr) return text;
  if (!record.reason().empty()) text.append(": ").append(record.reason());
  const std::source_location& origin = record.why->origin;
  text.append(" (cancelled at ")
      .append(file_of(origin))
      .append(":")
      .append(std::to_string(origin.line()))
      .append(")");
  return text;
}

}  // namespace

bool handle_wait::wait_in(frame& awaiting_frame) {
  if (awaiting_frame.task == awaited_) {
    throw invalid_state_error(label_of(*awaited_) +
                              " awaits itself, which would never end: return the value instead");
  }
  if (awaited_->ended != task_end::running && !is_cancelled(awaiting_frame)) return false;
  if (begin_wait(*this, awaiting_frame, &leave_line)) listen(awaited_->first_listener);
  return true;
}

void require_value(task_record& record) {
  switch (record.ended) {
    case task_end::returned:
      return;
    case task_end::failed:
      record.error_taken = true;
      std::rethrow_exception(record.failure);
    case task_end::stopped:
      throw cancelled_error(cancelled_text(record));
    case task_end::running:
      break;
  }
  throw invalid_state_error(label_of(record) + " has no result yet: await it first");
}

bool task_handle_base::cancel(shared_text reason, std::source_location place) {
  if (done()) return false;
  record_->cancel(std::move(reason), place);
  return true;
}

std::exception_ptr task_handle_base::exception() const {
  if (record_->ended != task_end::failed) {
    require_value(*record_);
    return nullptr;
  }
  record_->error_taken = true;
  return record_->failure;
}

std::string_view task_handle_base::name() const {
  if (record_->name.empty()) record_->name = label_of(*record_);
  return record_->name.view();
}

}  // namespace overlap::asyncio::detail

namespace overlap::asyncio {

any_task current_task() {
  detail::task_record* running = detail::running_state("current_task").current;
  if (running == nullptr) {
    throw invalid_state_error(
        "current_task: no task runs now (this is a callback of the loop); "
        "call it inside a coroutine");
  }
  return any_task(*running);
}

std::vector<any_task> all_tasks() {
  detail::event_loop_state& loop = detail::running_state("all_tasks");
  std::vector<any_task> tasks;
  for (detail::task_record* each : loop.tasks()) tasks.push_back(any_task(*each));
  return tasks;
}

}  // namespace overlap::asyncio

namespace overlap::asyncio::detail {

void own_by_loop(task_record& record, promise_base& body, const task_options& options,
                 std::source_location place) {
  if (running_loop == nullptr) [[unlikely]] {
    record.promise = &body;  // destroyed with the record
    record.release();
    running_state("create_task");  // throws
  }
  event_loop_state& loop = state_of(*running_loop);
  ++loop.owned_count;
  record.attach(loop, loop.owned_tasks, loop, body, place);
  record.start(options);
}

}  // namespace overlap::asyncio::detail
