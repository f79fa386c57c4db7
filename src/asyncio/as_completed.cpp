// src/asyncio/as_completed.cpp
//
// The line of tasks that have ended, and the line of those who wait for one.

#include <string>

#include <overlap/asyncio/as_completed.hpp>
#include <overlap/base/error.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio::detail {

completion_line::completion_line(std::size_t count, as_completed_options options)
    : watch_set(count), loop_(&running_state("as_completed")), total_(count) {
  ended_.reserve(count);  // task_ended must not throw
  if (options.timeout == duration::infinite()) return;
  fired = [](timer* alarm) {
    auto* line = static_cast<completion_line*>(alarm);
    line->has_expired_ = true;
    line->wake_all();
  };
  start_timer(*loop_, *this, loop_now(*loop_) + options.timeout);
}

completion_line::~completion_line() {
  OVERLAP_ASSERT(waiting_.empty(), "as_completed: its range is destroyed while tasks wait for its next end");
  cancel_timer(*loop_, *this);
}

void completion_line::watch(const task_handle_base& handle, std::size_t at) {
  task_record& task = record_of(handle);
  add(task);
  if (task.ended != task_end::running) ended_.push_back(at);
}

frame* completion_line::awaiting() const noexcept {
  const next_wait* first = waiting_.front();
  return first != nullptr ? first->suspended : nullptr;
}

void completion_line::task_ended(std::size_t at, task_record&) {
  ended_.push_back(at);
  if (running() == 0) {
    wake_all();  // more may wait than there were tasks
  } else if (next_wait* first = waiting_.pop_front()) {
    ++promised_;
    wake(*first);
  }
}

void completion_line::wake_all() noexcept {
  while (next_wait* each = waiting_.pop_front()) {
    ++promised_;
    wake(*each);
  }
}

bool completion_line::next_wait::wait_in(frame& awaiting) {
  completion_line& line = *line_;
  const bool is_there = line.has_expired_ || line.given_ + line.promised_ < line.ended_.size() ||
                        line.given_ + line.promised_ >= line.total_;
  if (is_there && !is_cancelled(awaiting)) {
    ++line.promised_;
    return false;
  }
  const auto leave_line = [](waiter* leaf) {
    static_cast<next_wait*>(leaf)->unlink();
    return true;
  };
  if (begin_wait(*this, awaiting, leave_line)) line.waiting_.push_back(*this);
  return true;
}

std::size_t completion_line::take() {
  --promised_;
  if (given_ < ended_.size()) return ended_[given_++];
  if (given_ == total_) return none;
  throw timeout_error(std::to_string(running()) + " (of " + std::to_string(total_) +
                      ") tasks unfinished when the limit of as_completed passed");
}

}  // namespace overlap::asyncio::detail
