// src/testing/sequencer.cpp
//
// Few tasks wait for a sequencer, so finding the next one by looking at all is quick enough.

#include <string>

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/testing/sequencer.hpp>

namespace overlap::testing {

sequencer::~sequencer() {
  OVERLAP_ASSERT(waiting_.empty(),
                 "a sequencer is destroyed while tasks wait for their turn: end them first");
}

bool sequencer::enter(turn_awaiter& entering, asyncio::detail::frame& awaiting) {
  const std::size_t position = entering.position_;
  bool is_used = position < next_ || (position == next_ && is_held_);
  for (const turn_awaiter* each = waiting_.front(); each != nullptr; each = waiting_.next(*each))
    is_used = is_used || each->position_ == position;
  if (is_used)
    throw invalid_state_error("sequencer: position " + std::to_string(position) +
                              " is used twice; give each step a number of its own");
  if (is_broken_) throw_broken();
  if (position == next_ && !asyncio::detail::is_cancelled(awaiting)) {
    is_held_ = true;
    return false;
  }
  const auto leave = [](asyncio::detail::waiter* leaf) {
    auto* leaving = static_cast<turn_awaiter*>(leaf);
    leaving->unlink();
    leaving->sequencer_.break_order();
    return true;
  };
  if (asyncio::detail::begin_wait(entering, awaiting, leave)) {
    waiting_.push_back(entering);
  } else {
    break_order();
  }
  return true;
}

void sequencer::pass_on() noexcept {
  ++next_;
  is_held_ = false;
  for (turn_awaiter* each = waiting_.front(); each != nullptr; each = waiting_.next(*each)) {
    if (each->position_ != next_) continue;
    is_held_ = true;
    each->unlink();
    asyncio::detail::wake(*each);
    return;
  }
}

void sequencer::break_order() noexcept {
  is_broken_ = true;
  while (turn_awaiter* each = waiting_.pop_front()) {
    each->was_broken_ = true;
    asyncio::detail::wake(*each);
  }
}

void sequencer::throw_broken() {
  throw invalid_state_error(
      "sequencer: a task was cancelled at its position, so the order cannot be kept any more");
}

}  // namespace overlap::testing
