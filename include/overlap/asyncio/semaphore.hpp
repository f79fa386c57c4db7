// include/overlap/asyncio/semaphore.hpp
//
// A counting semaphore for the tasks of one loop.
//
// Threads: the loop's thread only, so there are no atomics.
//
// Invariants (of waiters: detail/waiting_line.hpp)
//   1. Waiters exist only while no permit is free.
//   2. A permit is held by exactly one of: the counter, a permit object, a waiter that has been granted one,
//      or, after detach(), whoever will call release().
//   3. free_ <= bound_.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>

#include <overlap/asyncio/detail/waiting_line.hpp>

namespace overlap::asyncio {

/// Limits how many tasks are in a section at once. First come, first served; nobody overtakes.
///
/// Between threads take std::counting_semaphore. A semaphore must outlive its permits and waiters.
///
/// Threads  the loop's thread, all members
/// Python   asyncio.Semaphore
class semaphore {
 public:
  /// The right to be inside. It goes back when this is destroyed or released.
  class [[nodiscard("the permit goes back at once if it is not kept")]] permit {
   public:
    permit(permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    permit& operator=(permit other) noexcept {
      std::swap(semaphore_, other.semaphore_);
      return *this;
    }
    ~permit() { release(); }

    /// Gives it back now. A second call does nothing.
    void release() noexcept {
      if (semaphore_ != nullptr) std::exchange(semaphore_, nullptr)->give_back();
    }
    /// Keeps it for good: somebody, in whatever task, calls semaphore::release() instead.
    void detach() noexcept { semaphore_ = nullptr; }

   private:
    friend semaphore;
    explicit permit(semaphore& owner) noexcept : semaphore_(&owner) {}
    semaphore* semaphore_;
  };

  /// `permits`: how many may be inside at once. Throws invalid_value_error if negative.
  explicit semaphore(std::ptrdiff_t permits = 1) : semaphore(permits, no_bound) {}
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;
  ~semaphore();

  class acquire_awaiter : detail::line_waiter {
   public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      detail::frame& awaiting_frame = detail::frame_of(handle);
      if (semaphore_.free_ > 0 && !detail::is_cancelled(awaiting_frame)) {
        --semaphore_.free_;
        return false;
      }
      semaphore_.waiting_.join(*this, awaiting_frame);
      return true;
    }
    permit await_resume() noexcept { return permit(semaphore_); }

   private:
    friend semaphore;
    explicit acquire_awaiter(semaphore& wanted) noexcept : semaphore_(wanted) {}
    semaphore& semaphore_;
  };

  /// A wish for a permit, not yet in the line.
  struct [[nodiscard("nothing is acquired until this is awaited")]] acquire_request {
    semaphore& wanted;
    acquire_awaiter operator co_await() const noexcept { return acquire_awaiter(wanted); }
  };

  /// Waits for a permit and returns it.
  ///
  /// Suspends      when no permit is free
  /// Cancellation  stops in a cancelled scope even when a permit is free. No permit is lost or kept: one
  ///               that was granted in the same turn is delivered, and the stop comes at the next wait
  /// Cost          no allocation; a few ns when one is free
  /// Python        async with semaphore
  acquire_request acquire() noexcept { return acquire_request{*this}; }

  /// A permit if one is free, else nothing. Never suspends, never overtakes a waiter.
  /// Python: trio.Semaphore.acquire_nowait.
  [[nodiscard]] std::optional<permit> try_acquire() noexcept {
    if (free_ == 0) return std::nullopt;
    --free_;
    return permit(*this);
  }

  /// Adds permits: those of permits that were detached, or new ones, as a producer does that counts what is
  /// ready. They go to the waiters first, in order. Python: Semaphore.release.
  void release(std::size_t count = 1);

  /// No permit is free. Python: Semaphore.locked.
  [[nodiscard]] bool locked() const noexcept { return free_ == 0; }

  /// What the semaphore is doing now.
  struct statistics_result {
    std::size_t permits_free;
    std::size_t tasks_waiting;
  };
  [[nodiscard]] statistics_result statistics() const noexcept { return {free_, waiting_.size()}; }

 protected:
  static constexpr std::size_t no_bound = static_cast<std::size_t>(-1);
  semaphore(std::ptrdiff_t permits, std::size_t bound);

 private:
  void give_back() noexcept;

  std::size_t free_;
  std::size_t bound_;
  detail::waiting_line waiting_;
};

}  // namespace overlap::asyncio
