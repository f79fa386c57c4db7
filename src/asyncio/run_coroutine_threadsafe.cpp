// src/asyncio/run_coroutine_threadsafe.cpp
//
// Cancelling from another thread: by the task's number, because records belong to the loop's thread.

#include <overlap/asyncio/run_coroutine_threadsafe.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio::detail {

void cancel_on_its_loop(std::uint64_t task_id, event_loop& loop) {
  try {
    loop.call_soon_threadsafe([task_id] {
      event_loop_state& state = running_state("run_coroutine_threadsafe");
      for (task_record* record = state.task_after(nullptr); record != nullptr;
           record = state.task_after(record)) {
        if (record->id != task_id) continue;
        record->cancel("its future was cancelled", std::source_location::current());
        return;
      }
    });
  } catch (const invalid_state_error&) {
    // The loop has ended, and the task with it: there is nothing left to cancel.
  }
}

}  // namespace overlap::asyncio::detail
