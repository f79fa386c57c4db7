// src/asyncio/waiting_line.cpp
//
// The slow paths of a line: joining it, and what becomes of it at the end. Rules in the header.

#include <overlap/asyncio/channel_errors.hpp>
#include <overlap/asyncio/detail/waiting_line.hpp>
#include <overlap/asyncio/lock_errors.hpp>
#include <overlap/asyncio/queue_errors.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

bool waiting_line::join(line_waiter& leaf, frame& awaiting) {
  check_loop(awaiting);
  const auto leave_line = [](waiter* stopped) {
    auto* leaving = static_cast<line_waiter*>(stopped);
    leaving->line->remove(*leaving);
    return true;
  };
  if (!begin_wait(leaf, awaiting, leave_line)) return false;
  append(leaf);
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
    case refusal::lock_held_already:
      throw invalid_state_error(
          "acquire: this task holds the lock already, and would wait for itself: release it first, or pass "
          "the guard on to what needs it");
    case refusal::lock_not_held:
      throw invalid_state_error(
          "condition: this task does not hold the lock: `auto held = co_await condition.acquire();` first, "
          "and keep it while you look, wait and notify");
    case refusal::lock_broken:
      throw broken_lock_error();
    case refusal::barrier_broken:
      throw broken_barrier_error();
    case refusal::token_held_already:
      throw invalid_state_error(
          "acquire: the borrower holds a token already, or waits for one: take one token for each, or use a "
          "semaphore if a task may hold several");
    case refusal::none:
      break;
  }
  throw invalid_state_error("nothing was refused");
}

}  // namespace overlap::asyncio::detail
