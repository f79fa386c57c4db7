// include/overlap/asyncio/barrier.hpp
//
// A place where tasks of one loop wait for each other.
//
// Threads: the loop's thread only, so there are no atomics.
//
// Invariants (of waiters: detail/waiting_line.hpp)
//   1. Fewer than `parties` tasks wait. The last one lets all go, and the next round begins at once: whoever
//      was let through is no longer at the barrier, even before it has run.
//   2. Nobody waits at a broken barrier.
#pragma once

#include <coroutine>
#include <cstddef>

#include <overlap/asyncio/detail/waiting_line.hpp>
#include <overlap/asyncio/lock_errors.hpp>

namespace overlap::asyncio {

/// Lets tasks go on only when a given number of them has arrived, round after round. It must outlive those
/// who wait.
///
/// Between threads take std::barrier, or the threading module's.
///
/// Threads  the loop's thread, all members
/// Python   asyncio.Barrier
class barrier {
 public:
  /// `parties`: how many have to arrive. Throws invalid_value_error if less than one.
  explicit barrier(std::ptrdiff_t parties);
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;
  ~barrier();

  class wait_awaiter : detail::line_waiter {
   public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      return barrier_.arrive(*this, detail::frame_of(handle));
    }
    std::size_t await_resume() const {
      if (refused != detail::refusal::none) [[unlikely]]
        detail::throw_refusal(refused);
      return index_;
    }

   private:
    friend barrier;
    explicit wait_awaiter(barrier& awaited) noexcept : barrier_(awaited) {}
    barrier& barrier_;
    std::size_t index_ = 0;
  };

  struct [[nodiscard("nothing is waited for until this is awaited")]] wait_request {
    barrier& awaited;
    wait_awaiter operator co_await() const noexcept { return wait_awaiter(awaited); }
  };

  /// Waits until all have arrived.
  ///
  /// Returns       a number of its own for each: 0 for the first to arrive, up to parties() - 1 for the last,
  ///               which did not wait
  /// Throws        broken_barrier_error  it was reset or aborted meanwhile, or aborted before
  /// Cancellation  has not arrived: the others wait for one more. Who had been let through in the same turn
  ///               gets its number, and the stop comes at the next wait
  /// Cost          no allocation
  /// Python        Barrier.wait, async with barrier
  wait_request wait() noexcept { return wait_request{*this}; }

  /// Sends those who wait away with broken_barrier_error and begins anew, also after abort(). Never suspends.
  /// Python: Barrier.reset.
  void reset();

  /// Sends those who wait, and whoever comes until reset(), away with broken_barrier_error: for the task that
  /// cannot come. Never suspends. Python: Barrier.abort.
  void abort();

  /// Python: Barrier.parties, n_waiting, broken.
  [[nodiscard]] std::size_t parties() const noexcept { return parties_; }
  [[nodiscard]] std::size_t n_waiting() const noexcept { return waiting_.size(); }
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  bool arrive(wait_awaiter& arriving, detail::frame& awaiting);
  void send_away();

  std::size_t parties_;
  bool broken_ = false;
  detail::waiting_line waiting_;
};

}  // namespace overlap::asyncio
