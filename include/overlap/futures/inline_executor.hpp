// include/overlap/futures/inline_executor.hpp
//
// Runs a job inside submit(), on the calling thread: for tests, and to switch concurrency off.
//
// Threads: as basic_executor; several threads may submit at once, each runs its own jobs.
#pragma once

#include <overlap/futures/basic_executor.hpp>

namespace overlap::futures {

/// An executor without threads. The future that submit() returns is always done; an exception of the function
/// is in it, never thrown by submit().
///
/// Python   none; the usual DummyExecutor of test suites
class inline_executor final : public basic_executor {
 public:
  inline_executor();
};

}  // namespace overlap::futures
