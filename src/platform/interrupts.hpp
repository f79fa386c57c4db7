// src/platform/interrupts.hpp
//
// Ctrl-C for an event loop: the first SIGINT is noted and wakes the loop, which cancels its main task; the
// second one ends the process at once, after a dump of what was going on.
//
// Threads: a guard is made, asked and destroyed on the loop's thread. The signal may come on any.
//
// Invariants
//   1. At most one guard in the process is active: it alone has a handler installed.
//   2. A guard is active only on the process's main thread, and only if nobody handles or ignores SIGINT:
//      a program with its own handling keeps it.
#pragma once

#include <atomic>

#include "platform/reactor.hpp"
#include "platform/signal_handlers.hpp"

namespace overlap::platform {

/// What to call when a second SIGINT comes, before the process ends: an async-signal-safe function, or null
/// for none. It runs inside the signal handler.
void set_second_interrupt_dump(void (*dump)() noexcept) noexcept;

/// Takes SIGINT over while it lives, if it may (invariant 2). Guards may nest: the inner one is inactive.
class interrupt_guard {
 public:
  /// `to_wake` is woken by the first SIGINT and must outlive the guard. Throws os_error.
  explicit interrupt_guard(reactor& to_wake);
  ~interrupt_guard();
  interrupt_guard(const interrupt_guard&) = delete;
  interrupt_guard& operator=(const interrupt_guard&) = delete;

  /// Whether this guard is the one that SIGINT reaches.
  [[nodiscard]] bool is_active() const noexcept { return is_active_; }

  /// Whether a SIGINT has come that nobody has asked about yet. One relaxed load if none has.
  [[nodiscard]] bool taken() noexcept {
    return has_come_.load(std::memory_order_relaxed) && has_come_.exchange(false, std::memory_order_acq_rel);
  }

 private:
  static void handle(int signal);

  reactor& to_wake_;
  replaced_handler replaced_;
  bool is_active_ = false;
  std::atomic<bool> has_come_{false};
  std::atomic<bool> had_first_{false};  // never cleared: the next one ends the process
};

}  // namespace overlap::platform
