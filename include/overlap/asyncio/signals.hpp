// include/overlap/asyncio/signals.hpp
//
// Signals as something to wait for.
//
// Threads: the loop's thread only; the signals may come on any.
#pragma once

#include <initializer_list>
#include <utility>

#include <overlap/asyncio/task.hpp>

namespace overlap::asyncio {

/// Receives signals in tasks while it lives, instead of whatever handled them before; that comes back when
/// it is destroyed. With SIGINT among them, Ctrl-C no longer cancels the main task: the program decides.
///
///   signal_receiver signals({SIGINT, SIGTERM});
///   int number = co_await signals.next();
///
/// Throws   os_error for a signal that cannot be handled; invalid_state_error for one that has a receiver
/// Python   loop.add_signal_handler; trio.open_signal_receiver
class signal_receiver {
 public:
  explicit signal_receiver(std::initializer_list<int> signals);
  signal_receiver(signal_receiver&& other) noexcept : watcher_(std::exchange(other.watcher_, nullptr)) {}
  signal_receiver& operator=(signal_receiver&&) = delete;
  ~signal_receiver();

  /// Waits for a signal and gives its number. Several of one number that come before anybody asks count as
  /// one. Cancellation loses none.
  task<int> next();

 private:
  void* watcher_;  // a platform::signal_watcher
};

}  // namespace overlap::asyncio
