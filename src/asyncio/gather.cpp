// src/asyncio/gather.cpp
//
// Children start in order inside the call and end in any; the last one lets the caller go on.

#include <overlap/asyncio/detail/gather_wait.hpp>

namespace overlap::asyncio::detail {

bool gather_wait::begin(frame& awaiting, std::size_t count) {
  waiting = &awaiting;
  inside = true;
  common_.enter(*awaiting.task->innermost);
  left_ = count + 1;  // one for the start itself: nothing ends before all have started
  for (std::size_t index = 0; index < count; ++index) attach_child(index).start_now();
  if (--left_ == 0) end();
  inside = false;
  return !over;
}

void gather_wait::attach(task_record& record, promise_base& body) {
  record.attach(*waiting->task->loop, common_, *this, body, waiting->place);
}

void gather_wait::task_ended(task_record& ended) {
  ended.error_taken = true;  // thrown as the first, or given as an outcome; the rest follow from it
  if (ended.ended == task_end::stopped) child_stopped_ = true;
  if (ended.ended == task_end::failed && stop_on_error_ && !first_) {
    first_ = ended.failure;
    common_.cancel("another awaitable of the gather failed", waiting->place);
  }
  if (--left_ == 0) end();
}

void gather_wait::end() {
  const bool pass_on = child_stopped_ && !first_ && common_.outer->effective;
  common_.leave();
  go_on(*waiting->task->loop, pass_on);
}

void gather_wait::rethrow_first() const {
  if (first_) std::rethrow_exception(first_);
}

std::exception_ptr error_of(task_record& child) {
  if (child.ended == task_end::returned) return nullptr;
  try {
    require_value(child);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace overlap::asyncio::detail
