// include/overlap/asyncio/event.hpp
//
// A flag that tasks of one loop wait for.
//
// Threads: the loop's thread only, so there are no atomics.
//
// Invariants
//   1. Tasks wait only while the flag is down.
//   2. set() ends every wait that has begun, whatever becomes of the flag afterwards.
#pragma once

#include <coroutine>
#include <cstddef>

#include <overlap/asyncio/detail/waiting_line.hpp>

namespace overlap::asyncio {

/// What an event is doing now.
struct event_statistics {
  std::size_t tasks_waiting;
};

/// A flag, down at first, that any number of tasks wait for. set() lets them all go on. It must outlive those
/// who wait; it may be destroyed right after set().
///
/// To set it from another thread: `loop.call_soon_threadsafe([&] { ready.set(); })`.
///
/// Threads  the loop's thread, all members
/// Python   asyncio.Event
class event {
 public:
  event() noexcept = default;
  event(const event&) = delete;
  event& operator=(const event&) = delete;
  ~event();

  class wait_awaiter : detail::line_waiter {
   public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      detail::frame& awaiting = detail::frame_of(handle);
      if (event_.is_set_ && !detail::is_cancelled(awaiting)) return false;
      event_.waiting_.join(*this, awaiting);
      return true;
    }
    void await_resume() const noexcept {}

   private:
    friend event;
    explicit wait_awaiter(event& awaited) noexcept : event_(awaited) {}
    event& event_;
  };

  struct [[nodiscard("nothing is waited for until this is awaited")]] wait_request {
    event& awaited;
    wait_awaiter operator co_await() const noexcept { return wait_awaiter(awaited); }
  };

  /// Waits until it is set. Who has waited goes on after set(), in the order of arrival, even if clear() was
  /// called since.
  ///
  /// Suspends      unless it is set
  /// Cancellation  stops in a cancelled scope even when it is set
  /// Cost          no allocation
  /// Python        Event.wait
  wait_request wait() noexcept { return wait_request{*this}; }

  /// Raises the flag and wakes everybody. A second call does nothing. Python: Event.set.
  void set();
  /// Takes the flag down. Python: Event.clear.
  void clear() noexcept { is_set_ = false; }
  /// Python: Event.is_set.
  [[nodiscard]] bool is_set() const noexcept { return is_set_; }

  [[nodiscard]] event_statistics statistics() const noexcept { return {.tasks_waiting = waiting_.size()}; }

 private:
  detail::waiting_line waiting_;
  bool is_set_ = false;
};

}  // namespace overlap::asyncio
