// include/overlap/asyncio/queue_errors.hpp
//
// The errors of queues.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <overlap/base/error.hpp>

namespace overlap::asyncio {

/// Nothing was there, and the call does not wait.
///
/// Python   asyncio.QueueEmpty
class queue_empty : public error {
 public:
  using error::error;
  queue_empty() : error("get_nowait: the queue is empty; await get() to wait for an item") {}
};

/// No room was there, and the call does not wait.
///
/// Python   asyncio.QueueFull
class queue_full : public error {
 public:
  using error::error;
  queue_full() : error("put_nowait: the queue is full; await put() to wait for room") {}
};

/// The queue was shut down: nothing can be put, and nothing is left to get.
///
/// Python   asyncio.QueueShutDown
class queue_shut_down : public error {
 public:
  using error::error;
  queue_shut_down()
      : error("the queue was shut down; a loop over next() or next_ticket() ends by itself then") {}
};

}  // namespace overlap::asyncio
