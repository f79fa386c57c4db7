// include/overlap/asyncio/lock.hpp
//
// Mutual exclusion for the tasks of one loop, over their waits.
//
// Threads: the loop's thread only, so there are no atomics. Invariants: detail/lock_core.hpp.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>

#include <overlap/asyncio/detail/lock_core.hpp>
#include <overlap/asyncio/lock_errors.hpp>

namespace overlap::asyncio {

class condition;

/// What a lock is doing now.
struct lock_statistics {
  bool locked;
  bool broken;        ///< its owner has ended without releasing it
  shared_text owner;  ///< the name of the task that holds it, or that broke it; empty if there is none
  std::size_t tasks_waiting;  ///< for the lock itself, not at its conditions
};

/// Lets one task at a time into a section, however often it waits there. First come, first served: the lock
/// is handed from task to task, and nobody overtakes. It belongs to the task that acquired it.
///
///   const auto held = co_await accounts.acquire();   // or: co_await with(accounts, body)
///   co_await transfer(from, to, amount);
///
/// Between two waits nobody else runs, so a section that does not wait needs no lock. If the task ends
/// without releasing it, whoever waits gets broken_lock_error instead of waiting for ever. A lock must
/// outlive its guards and waiters. Between threads take std::mutex.
///
/// Threads  the loop's thread, all members
/// Python   asyncio.Lock, trio.Lock
class lock {
 public:
  /// The lock is held as long as this lives. It ends in the task that acquired the lock.
  class [[nodiscard("the lock is released at once if this is not kept")]] guard {
   public:
    guard(guard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
    guard& operator=(guard other) noexcept {
      std::swap(lock_, other.lock_);
      return *this;
    }
    ~guard() {
      if (lock_ != nullptr) lock_->core_.guard_ends();
    }

    /// Releases it now. A second call does nothing. Throws invalid_state_error in another task.
    void release() {
      if (lock_ != nullptr) std::exchange(lock_, nullptr)->release_unless_broken();
    }
    /// Leaves it locked: the task calls lock::release() itself.
    void detach() noexcept { lock_ = nullptr; }

   private:
    friend lock;
    explicit guard(lock& held) noexcept : lock_(&held) {}
    lock* lock_;
  };

  lock() noexcept = default;
  lock(const lock&) = delete;
  lock& operator=(const lock&) = delete;
  ~lock() = default;

  class acquire_awaiter : detail::lock_waiter {
   public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      detail::frame& awaiting = detail::frame_of(handle);
      if (lock_.core_.is_free() && !detail::is_cancelled(awaiting)) [[likely]] {
        lock_.core_.take(*awaiting.task);
        return false;
      }
      return lock_.core_.wait(*this, awaiting);
    }
    guard await_resume() {
      if (refused != detail::refusal::none) [[unlikely]]
        detail::throw_refusal(refused);
      return guard(lock_);
    }

   private:
    friend lock;
    explicit acquire_awaiter(lock& wanted) noexcept : lock_(wanted) {}
    lock& lock_;
  };

  /// A wish for the lock, not yet in the line.
  struct [[nodiscard("nothing is acquired until this is awaited")]] acquire_request {
    lock& wanted;
    acquire_awaiter operator co_await() const noexcept { return acquire_awaiter(wanted); }
  };

  /// Waits for the lock and returns its guard.
  ///
  /// Throws        invalid_state_error  the task holds it already
  ///               broken_lock_error    its owner ended without releasing it, now or before
  /// Suspends      while another task holds it
  /// Cancellation  stops in a cancelled scope even when the lock is free. The lock is never left locked: if
  ///               it was handed over in the same turn, the guard is delivered, and the stop comes at the
  ///               next wait
  /// Cost          no allocation; a few ns when it is free
  /// Python        async with lock
  acquire_request acquire() noexcept { return acquire_request{*this}; }

  /// The guard if the lock is free, else nothing. Never suspends, never overtakes a waiter. Throws as
  /// acquire() does, and invalid_state_error outside of a task. Python: trio.Lock.acquire_nowait.
  [[nodiscard]] std::optional<guard> try_acquire() {
    if (!core_.try_take()) return std::nullopt;
    return guard(*this);
  }

  /// Releases a lock whose guard was detached. Throws invalid_state_error if it is not locked, or by another
  /// task. Python: Lock.release.
  void release() {
    core_.require_held_here("release");
    core_.give_back();
  }

  /// A task holds it. Python: Lock.locked.
  [[nodiscard]] bool locked() const noexcept { return core_.owner != nullptr; }

  /// Cost  an allocation for the owner's name
  [[nodiscard]] lock_statistics statistics() const;

 private:
  friend condition;
  void release_unless_broken() {
    if (!core_.broken) release();
  }

  detail::lock_core core_;
};

}  // namespace overlap::asyncio
