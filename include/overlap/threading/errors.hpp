// include/overlap/threading/errors.hpp
//
// The errors of locks, barriers and waits of threads.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <overlap/base/error.hpp>

namespace overlap::threading {

/// The stop token that a blocking call was given was asked to stop, so the call has not done its work.
///
/// Python   none
class stopped_error : public error {
 public:
  using error::error;
  stopped_error() : error("the call was asked to stop by its stop token") {}
};

/// The barrier was aborted or reset while this thread waited at it, had been broken before, or a thread left
/// it because its time was over.
///
/// Python   threading.BrokenBarrierError
class broken_barrier_error : public error {
 public:
  using error::error;
  broken_barrier_error()
      : error(
            "the barrier is broken: a thread left it, or it was aborted or reset; reset() makes it usable "
            "again") {}
};

}  // namespace overlap::threading
