// src/asyncio/interruption.hpp
//
// What Ctrl-C does to a program inside `run`: the first cancels the main task, the second ends the process
// with a list of the tasks that were running.
//
// Threads: the loop's thread; the dump runs in a signal handler.
#pragma once

#include "platform/interrupts.hpp"

namespace overlap::asyncio::detail {

struct event_loop_state;

/// Takes SIGINT over for a loop, where it may (main thread, nobody else handles it).
class interruption {
 public:
  explicit interruption(event_loop_state& loop);
  ~interruption();
  interruption(const interruption&) = delete;
  interruption& operator=(const interruption&) = delete;

  /// Whether Ctrl-C was pressed since the last call.
  [[nodiscard]] bool taken() noexcept { return guard_.taken(); }

 private:
  platform::interrupt_guard guard_;
};

}  // namespace overlap::asyncio::detail
