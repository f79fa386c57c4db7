// include/overlap/threading/event.hpp
//
// A flag that threads wait for.
//
// Threads: any, all members.
//
// Invariants
//   1. set() ends every wait that has begun, whatever becomes of the flag afterwards.
#pragma once

#include <cstddef>
#include <cstdint>

#include <overlap/threading/detail/monitor.hpp>

namespace overlap::threading {

/// What an event is doing now.
struct event_statistics {
  std::size_t threads_waiting;
};

/// A flag, down at first, that any number of threads wait for. set() lets them all go on. It must outlive
/// those who wait; it may be destroyed by one of them.
///
/// For a flag that is raised once, std::latch(1) does as well, if no time-out is needed.
///
/// Python   threading.Event
class event {
 public:
  event() noexcept = default;
  event(const event&) = delete;
  event& operator=(const event&) = delete;
  ~event();

  /// Waits until it is set. False: the limit came first. Who has waited when set() was called gets true, even
  /// if clear() was called since.
  ///
  /// Python   Event.wait(timeout)
  bool wait(wait_limit limit = {});  // NOLINT(modernize-use-nodiscard): mostly without a limit

  /// Raises the flag and wakes everybody. A second call does nothing. Python: Event.set.
  void set() noexcept;
  /// Takes the flag down. Python: Event.clear.
  void clear() noexcept;
  /// Python: Event.is_set.
  [[nodiscard]] bool is_set() const noexcept;

  [[nodiscard]] event_statistics statistics() const noexcept;

 private:
  mutable detail::mutex mutex_;
  detail::condition_place raised_;
  std::uint64_t times_set_ = 0;
  std::size_t waiting_ = 0;
  bool is_set_ = false;
};

}  // namespace overlap::threading
