// src/asyncio/to_thread.cpp
//
// The loop's own threads: made for the first job, ended with the loop.

#include <overlap/asyncio/to_thread.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio::detail {

void submit_from_loop(loop_core& loop, futures::detail::executor_core* core, futures::detail::job& work) {
  event_loop_state& state = state_of(loop);
  if (core != nullptr) {
    futures::detail::submit_job(*core, work);
  } else if (state.jobs != nullptr) {
    state.jobs->start(work);
  } else {
    if (!state.threads)
      state.threads.emplace(futures::thread_pool_options{.thread_name_prefix = "to_thread"});
    futures::detail::submit_job(core_of(*state.threads), work);
  }
}

}  // namespace overlap::asyncio::detail
