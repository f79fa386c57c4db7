// include/overlap/threading/detail/monitor.hpp
//
// What everything that blocks in threading and queue is made of: a mutex, places to wait under it, and a lock
// that waits within a wait_limit. std::mutex and std::condition_variable without their headers.
//
// Threads: any.
//
// Invariants
//   1. Conditions are notified while the mutex is held. So whoever was woken can return, and destroy the
//   whole
//      thing, as soon as it has the mutex: nobody touches it any more (a POSIX mutex may be destroyed as soon
//      as it could be locked).
//   2. A monitor_lock lets the mutex go before it takes its callback out of the stop token: that waits for a
//      callback that is running, and the callback waits for the mutex.
//   3. No code of the user runs under the mutex, except moves of a queue's items.
#pragma once

#include <cstddef>

#include <overlap/base/time_point.hpp>
#include <overlap/threading/wait_limit.hpp>

namespace overlap::threading::detail {

/// A std::mutex.
class mutex {
 public:
  mutex() noexcept;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;
  ~mutex();

  void lock() noexcept;
  void unlock() noexcept;

 private:
  friend class monitor_lock;
  alignas(void*) unsigned char storage_[6 * sizeof(void*)];  // 40 bytes on x86-64, 48 on arm64
};

/// A std::condition_variable.
class condition_place {
 public:
  condition_place() noexcept;
  condition_place(const condition_place&) = delete;
  condition_place& operator=(const condition_place&) = delete;
  ~condition_place();

  /// Both with the mutex held: invariant 1.
  void notify_one() noexcept;
  void notify_all() noexcept;

 private:
  friend class monitor_lock;
  alignas(void*) unsigned char storage_[6 * sizeof(void*)];
};

/// Holds the mutex of a monitor as long as it lives, except while it waits. It waits at one place only, at
/// which its stop token wakes it.
class monitor_lock {
 public:
  explicit monitor_lock(mutex& locked, const wait_limit& limit = {}) noexcept
      : mutex_(locked), limit_(limit) {
    mutex_.lock();
  }
  monitor_lock(const monitor_lock&) = delete;
  monitor_lock& operator=(const monitor_lock&) = delete;
  ~monitor_lock() {
    if (is_held_) mutex_.unlock();
    if (has_callback_) forget_callback();
  }

  /// Waits at `place` until `ready()`, which is called under the mutex, or until the limit. Returns ready().
  template <class Ready>
  bool wait(condition_place& place, Ready ready) {
    while (!ready())
      if (!sleep(place)) return ready();
    return true;
  }

  /// After a wait that was false: throws stopped_error or timeout_error.
  [[noreturn]] void throw_limit(const char* while_doing) const;
  /// A wait may take time: its limit does not only look.
  [[nodiscard]] bool may_block() const noexcept { return limit_.timeout() > duration() && !stopped(); }
  /// The limit was the stop token.
  [[nodiscard]] bool stopped() const noexcept { return limit_.stop_requested(); }

  void unlock() noexcept {
    is_held_ = false;
    mutex_.unlock();
  }
  void lock() noexcept {
    mutex_.lock();
    is_held_ = true;
  }

 private:
  struct wake_up;

  // Sleeps until a notification, or until nothing in particular. False: the limit has come.
  bool sleep(condition_place& place);
  void add_callback(condition_place& place);
  void forget_callback() noexcept;

  mutex& mutex_;
  wait_limit limit_;
  time_point until_;
  bool has_slept_ = false;
  bool is_held_ = true;
  bool has_callback_ = false;
  alignas(void*) unsigned char callback_[12 * sizeof(void*)];
};

}  // namespace overlap::threading::detail
