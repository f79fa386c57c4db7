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

}  // namespace overlap::futures
