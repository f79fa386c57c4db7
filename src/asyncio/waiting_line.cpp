// src/asyncio/waiting_line.cpp
//
// The slow paths of a line: joining it, and what becomes of it at the end. Rules in the header.

#include <overlap/asyncio/channel_errors.hpp>
#include <overlap/asyncio/detail/waiting_line.hpp>
#include <overlap/asyncio/queue_errors.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

bool waiting_line::join(line_waiter& leaf, frame& awaiting) {
  const line_waiter* head = front();
  OVERLAP_ASSERT(head == nullptr || head->suspended->task->loop == awaiting.task->loop,
                 "tasks of two loops wait for one queue or channel: give each loop its own, or take a queue "
                 "of the threading module");
  const auto leave_line = [](waiter* stopped) {
    auto* leaving = static_cast<line_waiter*>(stopped);
    leaving->unlink();
    --leaving->line->size_;
    return true;
  };
  if (!begin_wait(leaf, awaiting, leave_line)) return false;
  leaf.line = this;
  waiting_.push_back(leaf);
  ++size_;
  return true;
}

void waiting_line::refuse_all(refusal why) {
  while (line_waiter* first = front()) refuse(*first, why);
}

void waiting_line::refuse_end(std::uint64_t end, refusal why) {
  for (line_waiter* each = front(); each != nullptr;) {
    line_waiter* following = waiting_.next(*each);
    if (each->end == end) refuse(*each, why);
    each = following;
  }
}

void waiting_line::refuse(line_waiter& leaf, refusal why) {
  leaf.refused = why;
  grant(leaf);
}

void throw_refusal(refusal why) {
  switch (why) {
    case refusal::queue_shut_down:
      throw queue_shut_down();
    case refusal::end_of_channel:
      throw end_of_channel();
    case refusal::broken_channel:
      throw broken_channel();
    case refusal::closed_channel:
      throw closed_channel();
    case refusal::none:
      break;
  }
  throw invalid_state_error("nothing was refused");
}

}  // namespace overlap::asyncio::detail
