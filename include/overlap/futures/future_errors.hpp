// include/overlap/futures/future_errors.hpp
//
// The errors only futures know.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <overlap/base/error.hpp>

namespace overlap::futures {

/// The promise of a future went away without a result, so the future can never get one.
///
/// Python   none: the future would stay pending for ever
class broken_promise : public error {
 public:
  using error::error;
  broken_promise() : error("the promise was destroyed without a result; set one on every path") {}
};

/// A thread pool can run nothing any more: the initializer of one of its threads has failed.
///
/// Python   concurrent.futures.thread.BrokenThreadPool
class broken_thread_pool : public broken_executor {
 public:
  using broken_executor::broken_executor;
};

}  // namespace overlap::futures
