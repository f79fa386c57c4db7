// src/asyncio/loop_options.hpp
//
// What a loop is made of. The real one takes the defaults; a simulated one brings its own reactor, clock,
// chooser and place to run jobs. These are all the seams there are.
//
// Threads: given at construction, used on the loop's thread.
#pragma once

#include <cstddef>
#include <memory>

#include <overlap/asyncio/detail/frame.hpp>
#include <overlap/futures/detail/job.hpp>

#include "platform/clock.hpp"
#include "platform/reactor.hpp"

namespace overlap::asyncio::detail {

/// Chooses who runs next: a simulation's source of interleavings.
class schedule_chooser {
 public:
  virtual ~schedule_chooser() = default;

  /// Which of the `count` (at least 1) ready nodes runs next: 0 is `first`, the others are linked behind it,
  /// in the order they became ready.
  virtual std::size_t choose(const ready_node& first, std::size_t count) = 0;
};

using futures::detail::job;

/// Runs the jobs of to_thread and run_in_executor.
class job_runner {
 public:
  virtual ~job_runner() = default;

  /// Calls `work.run()` once, some time, on whatever thread. `work.next` may be used to queue it.
  virtual void start(job& work) = 0;
};

struct loop_options {
  std::unique_ptr<platform::reactor> reactor;  // null: platform::make_reactor()
  const platform::clock* clock = nullptr;      // null: the monotonic clock
  schedule_chooser* chooser = nullptr;         // null: in order
  job_runner* jobs = nullptr;                  // null: the executor, or a pool of threads
};

}  // namespace overlap::asyncio::detail
