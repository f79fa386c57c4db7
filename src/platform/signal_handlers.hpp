// src/platform/signal_handlers.hpp
//
// What the signal handlers of interrupts.cpp and signal_watcher.cpp share. The kernel gives a signal to any
// thread, so a handler may still run on another one while its owner is being destroyed: owners wait here.
//
// Threads: any; signal handlers.
#pragma once

#include <csignal>

namespace overlap::platform {

/// Held by a handler from before it looks up its owner until after it has used it.
class handler_presence {
 public:
  handler_presence() noexcept;
  ~handler_presence();
  handler_presence(const handler_presence&) = delete;
  handler_presence& operator=(const handler_presence&) = delete;
};

/// Returns when no handler that began before is running on another thread. Call it after the owner can no
/// longer be looked up.
void wait_for_running_handlers() noexcept;

/// A signal whose handler was replaced, and what was there before.
struct replaced_handler {
  int signal = 0;
  struct sigaction before{};
};

/// Installs `handler` for `signal`, with SA_RESTART: code that knows nothing of us sees no EINTR.
/// Throws os_error.
[[nodiscard]] replaced_handler replace_handler(int signal, void (*handler)(int));

/// Puts back what was there.
void restore_handler(const replaced_handler& replaced) noexcept;

}  // namespace overlap::platform
