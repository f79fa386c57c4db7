// src/asyncio/race.cpp
//
// Children start in order until one has ended; the last one out lets the caller go on.

#include <overlap/asyncio/race.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

bool race_wait::begin(frame& awaiting, std::size_t count) {
  waiting = &awaiting;
  inside = true;
  common_.enter(*awaiting.task->innermost);
  left_ = 1;  // the start itself: nothing ends before it
  for (std::size_t index = 0; index < count && winner_ == nullptr; ++index) {
    ++left_;
    attach(index);
    child(index).start_now();
  }
  if (--left_ == 0) end();
  inside = false;
  return !over;
}

void race_wait::attach(task_record& record, promise_base& body) {
  record.attach(*waiting->task->loop, common_, *this, body, waiting->place);
}

void race_wait::task_ended(task_record& ended) {
  ended.error_taken = true;  // thrown if it is the winner's; else dropped
  if (winner_ == nullptr && ended.ended != task_end::stopped) {
    winner_ = &ended;
    common_.cancel("another awaitable has won the race", waiting->place);
  }
  if (--left_ == 0) end();
}

// Without a winner all have been stopped from outside.
void race_wait::end() {
  const bool pass_on = winner_ == nullptr && common_.outer->effective;
  common_.leave();
  go_on(*waiting->task->loop, pass_on);
}

std::size_t race_wait::settle() {
  std::size_t index = 0;
  while (&child(index) != winner_) ++index;
  if (winner_->ended == task_end::failed) std::rethrow_exception(winner_->failure);
  return index;
}

void throw_no_competitors() {
  throw invalid_value_error("race: there is nothing to run, so nothing could ever win; check before");
}

}  // namespace overlap::asyncio::detail
