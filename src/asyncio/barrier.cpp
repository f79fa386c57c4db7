// src/asyncio/barrier.cpp
//
// Arriving, being let through, being sent away. Rules in the header.

#include <overlap/asyncio/barrier.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio {

barrier::barrier(std::ptrdiff_t parties) : parties_(static_cast<std::size_t>(parties)) {
  if (parties < 1) throw invalid_value_error("barrier: the number of parties is less than one");
}

barrier::~barrier() {
  OVERLAP_ASSERT(waiting_.empty(),
                 "a barrier is destroyed while tasks wait at it: abort() it or end them first");
}

bool barrier::arrive(wait_awaiter& arriving, detail::frame& awaiting) {
  if (!detail::is_cancelled(awaiting)) {
    if (broken_) {
      arriving.refused = detail::refusal::barrier_broken;
      return false;
    }
    if (waiting_.size() + 1 == parties_) {
      waiting_.check_loop(awaiting);
      // Numbered now, not on arrival: somebody may have arrived and left since.
      while (detail::line_waiter* first = waiting_.front()) {
        static_cast<wait_awaiter*>(first)->index_ = arriving.index_++;
        waiting_.grant(*first);
      }
      return false;
    }
  }
  waiting_.join(arriving, awaiting);
  return true;
}

void barrier::send_away() {
  if (const detail::line_waiter* first = waiting_.front()) detail::waiting_line::check_thread(*first);
  waiting_.refuse_all(detail::refusal::barrier_broken);
}

void barrier::reset() {
  send_away();
  broken_ = false;
}

void barrier::abort() {
  send_away();
  broken_ = true;
}

}  // namespace overlap::asyncio
