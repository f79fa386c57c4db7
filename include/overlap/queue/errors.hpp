// include/overlap/queue/errors.hpp
//
// The errors of queues, under Python's names.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <overlap/base/error.hpp>

namespace overlap::queue {

/// Nothing was there, and the call does not wait, or has waited as long as it may.
///
/// Python   queue.Empty
class empty : public error {
 public:
  using error::error;
  empty() : error("get_nowait: the queue is empty; get() waits for an item") {}
};

/// No room was there, and the call does not wait, or has waited as long as it may.
///
/// Python   queue.Full
class full : public error {
 public:
  using error::error;
  full() : error("put_nowait: the queue is full; put() waits for room") {}
};

/// The queue was shut down: nothing can be put, and nothing is left to get.
///
/// Python   queue.ShutDown
class shut_down : public error {
 public:
  using error::error;
  shut_down() : error("the queue was shut down; a loop over next() or next_ticket() ends by itself then") {}
};

}  // namespace overlap::queue
