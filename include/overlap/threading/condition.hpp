// include/overlap/threading/condition.hpp
//
// Waiting, under a lock, for something to become true.
//
// Threads: any, all members.
//
// Invariants
//   1. A waiter is in the line until it is notified or its limit comes, whichever is first. So a notification
//      goes to one who waits, and wakes exactly that one.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/base/intrusive_list.hpp>
#include <overlap/threading/detail/running_limit.hpp>
#include <overlap/threading/rlock.hpp>

namespace overlap::threading {

namespace detail {

/// A thread that waits to be notified.
struct condition_waiter : intrusive_link<> {
  condition_place place;
  bool is_notified = false;
};

}  // namespace detail

/// What a condition is doing now.
struct condition_statistics {
  std::size_t threads_waiting;  ///< to be notified; who has been waits for the lock
  rlock_statistics of_lock;
};

/// A place under an rlock where threads wait until others notify them that something has changed.
///
///   const auto held = ready.acquire();
///   ready.wait_for([&] { return !jobs.empty(); });   // the others may have the lock meanwhile
///   take(jobs.front());
///
/// The lock is its own, or one that is given, also to several conditions; it must outlive them. Over a
/// std::mutex take std::condition_variable_any, which has stop tokens, too.
///
/// Python   threading.Condition
class condition {
 public:
  /// Over a lock of its own.
  condition() noexcept : lock_(own_) {}
  /// Over `borrowed`.
  explicit condition(rlock& borrowed) noexcept : lock_(borrowed) {}
  condition(const condition&) = delete;
  condition& operator=(const condition&) = delete;
  ~condition();

  /// The lock's: see there.
  rlock::guard acquire(wait_limit limit = {}) { return lock_.acquire(limit); }
  [[nodiscard]] std::optional<rlock::guard> try_acquire(wait_limit limit = duration()) {
    return lock_.try_acquire(limit);
  }
  void release() { lock_.release(); }
  void lock() { lock_.lock(); }
  [[nodiscard]] bool try_lock() { return lock_.try_lock(); }
  void unlock() { lock_.unlock(); }
  [[nodiscard]] bool locked() const noexcept { return lock_.locked(); }

  /// Releases the lock, however often it was acquired, waits for a notification, and takes the lock again as
  /// often. False: the limit came first; it has the lock back then, too. Wakes up for nothing else; but
  /// others may have had the lock before, so look again, or take the form with a predicate.
  ///
  /// Throws   invalid_state_error  the calling thread does not hold the lock
  /// Python   Condition.wait(timeout)
  bool wait(wait_limit limit = {});  // NOLINT(modernize-use-nodiscard): mostly without a limit

  /// Waits until `predicate()` is true, and gives what it returned last: something false if the limit came
  /// first. It is called at once, and then after each notification, with the lock held.
  ///
  /// Throws   what wait() and the predicate throw
  /// Python   Condition.wait_for(predicate, timeout)
  template <class Predicate>
  auto wait_for(Predicate&& predicate, wait_limit limit = {}) {
    const detail::running_limit running(limit);
    for (bool goes_on = true;;) {
      auto result = predicate();
      if (static_cast<bool>(result) || !goes_on) return result;
      goes_on = wait(running.rest());
    }
  }

  /// Wakes up the `count` threads that have waited longest, or as many as there are. They go on one by one,
  /// each when it has the lock, so not before the caller releases it.
  ///
  /// Throws  invalid_state_error  the calling thread does not hold the lock; nobody is woken
  /// Python  Condition.notify(n)
  void notify(std::size_t count = 1);
  /// The same for all that wait now. Python: Condition.notify_all.
  void notify_all() { notify(static_cast<std::size_t>(-1)); }

  [[nodiscard]] condition_statistics statistics() const noexcept;

 private:
  rlock own_;
  rlock& lock_;
  mutable detail::mutex mutex_;
  intrusive_list<detail::condition_waiter> line_;
  std::size_t waiting_ = 0;
};

}  // namespace overlap::threading
