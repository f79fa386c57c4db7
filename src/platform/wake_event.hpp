// src/platform/wake_event.hpp
//
// An eventfd that ends a reactor's sleep. Many wakes before the loop looks cost one system call.
//
// Threads: signal() from any thread and from signal handlers; the rest belongs to the loop's thread.
//
// Invariants
//   1. While `signalled_` is false, no unseen write is in the descriptor.
//   2. Who finds `signalled_` true need not write: the loop has yet to look, and will see what was done
//      before.
#pragma once

#include <atomic>

#include "platform/file_descriptor.hpp"

namespace overlap::platform {

class wake_event {
 public:
  /// Throws os_error if there are no descriptors left.
  wake_event();

  /// Makes the descriptor readable. Keeps errno, so a signal handler may call it.
  void signal() noexcept;

  /// Notes that the loop has seen it: later signals write again.
  void seen() noexcept;

  /// Sees it, and takes the count out of the descriptor so that it is no longer readable.
  void take() noexcept;

  [[nodiscard]] int fd() const noexcept { return descriptor_.get(); }

 private:
  file_descriptor descriptor_;
  std::atomic<bool> signalled_{false};
  static_assert(std::atomic<bool>::is_always_lock_free, "signal handlers use it");
};

}  // namespace overlap::platform
