// include/overlap/threading/rlock.hpp
//
// A lock that its owner may take again.
//
// Threads: any, all members; a guard ends on the thread that has acquired it.
//
// Invariants
//   1. owner_ is 0 exactly while depth_ is 0.
//   2. Nobody sleeps beside a free lock: a release wakes one waiter, who takes the lock, or finds it taken by
//      somebody whose release wakes again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <overlap/threading/detail/monitor.hpp>

namespace overlap::threading {

class condition;

/// What an rlock is doing now.
struct rlock_statistics {
  bool locked;
  std::uint64_t owner;          ///< thread_handle::ident of the thread that holds it; 0 if there is none
  std::size_t depth;            ///< how often the owner has acquired it
  std::size_t threads_waiting;  ///< for the lock itself, not at its conditions
};

/// Lets one thread at a time into a section, which may enter it again while it is inside. It belongs to the
/// thread that acquired it: another one cannot release it.
///
///   const auto held = accounts.acquire();
///
/// It has lock(), try_lock() and unlock(), too, so std::scoped_lock takes it. Without a second acquire by the
/// same thread, a time-out or a stop token, std::mutex does the same for less.
///
/// Cost     about twice a std::mutex
/// Python   threading.RLock
class rlock {
 public:
  /// The lock is held as long as this lives.
  class [[nodiscard("the lock is released at once if this is not kept")]] guard {
   public:
    guard(guard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
    guard& operator=(guard other) noexcept {
      std::swap(lock_, other.lock_);
      return *this;
    }
    ~guard() {
      if (lock_ != nullptr) lock_->guard_ends();
    }

    /// Releases it now. A second call does nothing. Throws invalid_state_error on another thread.
    void release() {
      if (lock_ == nullptr) return;
      lock_->release();
      lock_ = nullptr;
    }
    /// Leaves it locked: the thread calls rlock::release() itself.
    void detach() noexcept { lock_ = nullptr; }

   private:
    friend rlock;
    explicit guard(rlock& held) noexcept : lock_(&held) {}
    rlock* lock_;
  };

  rlock() noexcept = default;
  rlock(const rlock&) = delete;
  rlock& operator=(const rlock&) = delete;
  ~rlock();

  /// Waits for the lock and returns its guard. Throws timeout_error, stopped_error. Python: with lock.
  guard acquire(wait_limit limit = {}) {
    take(limit, true);
    return guard(*this);
  }
  /// The guard, or nothing if the limit comes first; by default it only looks.
  /// Python: RLock.acquire(blocking, timeout).
  [[nodiscard]] std::optional<guard> try_acquire(wait_limit limit = duration()) {
    if (!take(limit, false)) return std::nullopt;
    return guard(*this);
  }
  /// Gives back one acquire whose guard was detached, or a lock(). Throws invalid_state_error if the calling
  /// thread does not hold it. Python: RLock.release.
  void release();

  /// For std::scoped_lock, std::unique_lock and std::condition_variable_any.
  void lock() { take({}, true); }
  [[nodiscard]] bool try_lock() { return take(duration(), false); }
  void unlock() { release(); }

  /// Some thread holds it. Python: RLock.locked.
  [[nodiscard]] bool locked() const noexcept;
  /// The calling thread holds it.
  [[nodiscard]] bool is_owned() const noexcept;

  [[nodiscard]] rlock_statistics statistics() const noexcept;

 private:
  friend condition;

  bool take(const wait_limit& limit, bool throws);
  bool give_back() noexcept;
  void guard_ends() noexcept;
  void require_owned(const char* call) const;
  std::size_t release_all() noexcept;
  void take_again(std::size_t depth) noexcept;

  mutable detail::mutex mutex_;
  detail::condition_place freed_;
  std::uint64_t owner_ = 0;
  std::size_t depth_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace overlap::threading
