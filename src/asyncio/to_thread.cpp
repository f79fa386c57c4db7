// src/asyncio/to_thread.cpp
//
// The loop's own threads: made for the first job, ended with the loop.

#include <overlap/asyncio/to_thread.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio::detail {

namespace {

// In a simulation the jobs of all executors run where its chooser says.
void submit_to_runner(job_runner& runner, futures::detail::executor_core* core, futures::detail::job& work) {
  try {
    if (core != nullptr) core->require_open();
  } catch (...) {
    work.cancel();
    throw;
  }
  runner.start(work);
}

}  // namespace

void submit_from_loop(loop_core& loop, futures::detail::executor_core* core, futures::detail::job& work) {
  event_loop_state& state = state_of(loop);
  if (state.jobs != nullptr) {
    submit_to_runner(*state.jobs, core, work);
  } else if (core != nullptr) {
    futures::detail::submit_job(*core, work);
  } else {
    if (!state.threads)
      state.threads.emplace(futures::thread_pool_options{.thread_name_prefix = "to_thread"});
    futures::detail::submit_job(core_of(*state.threads), work);
  }
}

}  // namespace overlap::asyncio::detail
