// include/overlap/asyncio/lock_errors.hpp
//
// The errors of locks and barriers.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <overlap/base/error.hpp>

namespace overlap::asyncio {

/// The task that held the lock ended without releasing it: nobody will ever get it.
///
/// Python   trio.BrokenResourceError, anyio.BrokenResourceError
class broken_lock_error : public error {
 public:
  using error::error;
  broken_lock_error()
      : error(
            "the task that held the lock ended without releasing it, so what it protects may be half "
            "changed: keep the guard in the task that acquired the lock") {}
};

/// The barrier was reset or aborted while this task waited at it, or had been aborted before.
///
/// Python   asyncio.BrokenBarrierError
class broken_barrier_error : public error {
 public:
  using error::error;
  broken_barrier_error()
      : error("the barrier was aborted or reset; after abort(), reset() makes it usable again") {}
};

}  // namespace overlap::asyncio
