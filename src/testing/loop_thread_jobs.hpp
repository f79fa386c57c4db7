// src/testing/loop_thread_jobs.hpp
//
// Runs what is given to to_thread and run_in_executor on the loop's own thread, as one more thing that is
// ready: the chooser decides when, so a simulation has no other thread.
//
// Threads: the loop's thread only.
#pragma once

#include "asyncio/loop_options.hpp"

namespace overlap::testing::detail {

class loop_thread_jobs final : public asyncio::detail::job_runner {
 public:
  void start(asyncio::detail::job& work) override;
};

}  // namespace overlap::testing::detail
