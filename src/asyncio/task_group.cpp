// src/asyncio/task_group.cpp
//
// Children register, fail, end; the last one out lets the group be left. Rules in the header.

#include <algorithm>

#include <overlap/asyncio/task_group.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

namespace overlap::asyncio {

void task_group::adopt(detail::task_record& record, detail::promise_base& body, const task_options& options,
                       std::source_location place) {
  record.promise = &body;  // destroyed with the record, unless it is started
  const char* refused = nullptr;
  if (stage_ == stage::fresh)
    refused = "task_group::create_task: the group has not been entered; use with(task_group(), …)";
  if (stage_ == stage::left)
    refused = "task_group::create_task: the group has been left, and nobody would await the task";
  if (stage_ == stage::entered && (cancel_called_ || !failures_.empty())) {
    refused = "task_group::create_task: the group is ending, because a task failed or it was cancelled";
  }
  if (refused != nullptr) {
    record.release();
    throw invalid_state_error(refused);
  }
  ++running_;
  record.attach(body_->loop(), body_->own, *this, body, place);
  record.start(options);
}

bool task_group::is_taken_by_start(detail::task_record& ended) noexcept {
  for (detail::start_wait* each = starting_.front(); each != nullptr; each = starting_.next(*each)) {
    if (each->child_ != &ended) continue;
    each->child_ended(ended);
    return true;
  }
  return false;
}

void task_group::task_ended(detail::task_record& ended) {
  if (!starting_.empty() && is_taken_by_start(ended)) {
    ended.error_taken = true;
  } else if (ended.ended == detail::task_end::failed) {
    ended.error_taken = true;
    fail(ended.id, ended.failure);
  } else if (ended.ended == detail::task_end::stopped && !ended.cancelled) {
    child_stopped_ = true;  // by the group's scope or an outer one, not by its own handle
  }
  ended.release();
  if (--running_ == 0 && body_over_) leave_now();
}

void task_group::fail(std::uint64_t order, std::exception_ptr error) {
  failures_.push_back({order, std::move(error)});
  body_->own.cancel("a task of the group failed", std::source_location::current());
}

void task_group::cancel(shared_text reason, std::source_location place) {
  if (cancel_called_ || stage_ == stage::left) return;
  cancel_called_ = true;
  cancel_reason_ = std::move(reason);
  cancel_place_ = place;
  if (stage_ == stage::entered) body_->own.cancel(cancel_reason_, cancel_place_);
}

void task_group::on_enter() {
  if (cancel_called_) body_->own.cancel(cancel_reason_, cancel_place_);
}

bool task_group::on_body_end() {
  body_over_ = true;
  if (body_->ended == detail::task_end::failed) fail(0, body_->error());
  return running_ == 0;
}

bool task_group::passes_stop_on() const {
  if (!failures_.empty()) return false;  // thrown, and the stop comes at the next wait
  const bool stopped = child_stopped_ || body_->ended == detail::task_end::stopped;
  return stopped && body_->outer->effective;
}

void task_group::throw_errors() {
  if (failures_.empty()) return;
  std::sort(failures_.begin(), failures_.end(),
            [](const failure& left, const failure& right) { return left.order < right.order; });
  std::vector<std::exception_ptr> errors;
  errors.reserve(failures_.size());
  for (failure& each : failures_) errors.push_back(std::move(each.error));
  throw exception_group("unhandled errors in a task_group", std::move(errors));
}

}  // namespace overlap::asyncio
