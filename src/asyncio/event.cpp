// src/asyncio/event.cpp
//
// Waking everybody. Rules in the header.

#include <overlap/asyncio/event.hpp>
#include <overlap/base/assert.hpp>

namespace overlap::asyncio {

event::~event() {
  OVERLAP_ASSERT(waiting_.empty(), "an event is destroyed while tasks wait for it: set it or end them first");
}

void event::set() {
  if (const detail::line_waiter* first = waiting_.front()) detail::waiting_line::check_thread(*first);
  is_set_ = true;
  while (detail::line_waiter* first = waiting_.front()) waiting_.grant(*first);
}

}  // namespace overlap::asyncio
