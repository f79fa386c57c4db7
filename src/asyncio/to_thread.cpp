// src/asyncio/to_thread.cpp
//
// The loop's default executor: a pool of its own that is made for the first job, or the one it was given.

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
  if (core == nullptr) core = state.default_executor.get();
  if (state.jobs != nullptr) {
    submit_to_runner(*state.jobs, core, work);
    return;
  }
  if (core == nullptr) {
    const futures::thread_pool_executor pool(futures::thread_pool_options{.thread_name_prefix = "to_thread"});
    core = &core_of(pool);
    state.default_executor = futures::detail::core_user::share(*core);
  }
  futures::detail::submit_job(*core, work);
}

}  // namespace overlap::asyncio::detail
