// src/asyncio/queue.cpp
//
// What queues do without knowing their items: counting them done, the end, the errors.

#include <overlap/asyncio/basic_queue.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

exchange_core::~exchange_core() {
  OVERLAP_ASSERT(giving.empty() && taking.empty(),
                 "a queue or channel is destroyed while tasks wait for it: shut it down and end them first");
}

queue_core::~queue_core() {
  OVERLAP_ASSERT(joining.empty(), "a queue is destroyed while tasks wait in join(): end them first");
}

void queue_core::task_done() {
  if (unfinished() == 0)
    throw invalid_value_error(
        "task_done: called more often than items were put; call it once an item, and not for tickets, "
        "which do it themselves");
  finish(1);
}

void queue_core::finish(std::size_t count) {
  OVERLAP_ASSERT(count <= unfinished(),
                 "an item was reported done twice: do not call task_done() for an item that has a ticket");
  done += count;
  if (unfinished() != 0) return;
  while (line_waiter* first = joining.front()) joining.grant(*first);
}

void queue_core::shut_down() {
  giving_refused = taking_refused = refusal::queue_shut_down;
  giving.refuse_all(refusal::queue_shut_down);
  taking.refuse_all(refusal::queue_shut_down);
}

void throw_queue_empty() { throw queue_empty(); }
void throw_queue_full() { throw queue_full(); }

}  // namespace overlap::asyncio::detail
