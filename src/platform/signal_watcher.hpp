// src/platform/signal_watcher.hpp
//
// Signals as something to wait for: a program that serves until SIGTERM, or stops cleanly on Ctrl-C in its
// own way. Handlers and an eventfd rather than a signalfd, which would need the signals blocked in every
// thread and in every child process.
//
// Threads: made, asked and destroyed on one thread. The signals may come on any.
//
// Invariants
//   1. A signal has at most one watcher in the process.
//   2. fd() is readable if and only if take() has something to return.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "platform/signal_handlers.hpp"
#include "platform/wake_event.hpp"

namespace overlap::platform {

class signal_watcher {
 public:
  /// Handles `signals` (1 to 64) from now on. Throws os_error if one cannot be handled (SIGKILL), and
  /// invalid_state_error if one is being watched already.
  explicit signal_watcher(std::initializer_list<int> signals);

  /// Restores the handlers that were there before.
  ~signal_watcher();
  signal_watcher(const signal_watcher&) = delete;
  signal_watcher& operator=(const signal_watcher&) = delete;

  /// Readable when a signal has come: for a poll operation.
  [[nodiscard]] int fd() const noexcept { return event_.fd(); }

  /// A signal that has come, or 0. Several of the same number since the last call count as one, as in the
  /// kernel.
  [[nodiscard]] int take() noexcept;

 private:
  static void handle(int signal);
  void add(int signal);
  void remove_all() noexcept;

  wake_event event_;
  std::atomic<std::uint64_t> pending_{0};  // bit n - 1 for signal n
  std::vector<replaced_handler> replaced_;
};

}  // namespace overlap::platform
