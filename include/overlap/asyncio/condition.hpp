// include/overlap/asyncio/condition.hpp
//
// Waiting, under a lock, for something to become true.
//
// Threads: the loop's thread only, so there are no atomics. Invariants: detail/lock_core.hpp.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/lock_core.hpp>
#include <overlap/asyncio/lock.hpp>
#include <overlap/asyncio/task.hpp>

namespace overlap::asyncio {

/// What a condition is doing now.
struct condition_statistics {
  std::size_t tasks_waiting;  ///< to be notified; who has been waits for the lock
  lock_statistics of_lock;
};

/// A place under a lock where tasks wait until others notify them that something has changed.
///
///   auto held = co_await ready.acquire();
///   co_await ready.wait_for([&] { return !jobs.empty(); });   // the others may have the lock meanwhile
///   take(jobs.front());
///
/// The lock is its own, or one that is given, also to several conditions. A condition must outlive those who
/// wait for a notification; a lock that was given must outlive the condition.
///
/// Threads  the loop's thread, all members
/// Python   asyncio.Condition
class condition {
 public:
  /// Over a lock of its own.
  condition() noexcept : lock_(own_), core_(own_.core_) {}
  /// Over `borrowed`.
  explicit condition(lock& borrowed) noexcept : lock_(borrowed), core_(borrowed.core_) {}
  condition(const condition&) = delete;
  condition& operator=(const condition&) = delete;
  ~condition() = default;

  /// The lock's: see there.
  lock::acquire_request acquire() noexcept { return lock_.acquire(); }
  [[nodiscard]] std::optional<lock::guard> try_acquire() { return lock_.try_acquire(); }
  void release() { lock_.release(); }
  [[nodiscard]] bool locked() const noexcept { return lock_.locked(); }

  class wait_awaiter : detail::condition_waiter {
   public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      return begin(condition_, detail::frame_of(handle));
    }
    void await_resume() const {
      if (refused != detail::refusal::none) [[unlikely]]
        detail::throw_refusal(refused);
    }

   private:
    friend condition;
    explicit wait_awaiter(detail::condition_core& at) noexcept : condition_(at) {}
    detail::condition_core& condition_;
  };

  struct [[nodiscard("nothing is waited for until this is awaited")]] wait_request {
    detail::condition_core& at;
    wait_awaiter operator co_await() const noexcept { return wait_awaiter(at); }
  };

  /// Releases the lock, waits for a notification, and takes the lock again. Wakes up for nothing else; but
  /// others may have had the lock before, so look again, or take the form with a predicate.
  ///
  /// Throws        invalid_state_error  the task does not hold the lock
  ///               broken_lock_error    a task ended without releasing it; this one does not hold it then
  /// Suspends      always
  /// Cancellation  takes the lock back before it stops, so that destructors and whoever absorbs the stop find
  ///               it held. A notification that had been given is not lost: the task goes on with it as soon
  ///               as it has the lock, and the stop comes at the next wait
  /// Cost          no allocation
  /// Python        Condition.wait
  wait_request wait() noexcept { return wait_request{core_}; }

  /// Waits until `predicate()` is true, and gives what it returned. It is called at once, and then after each
  /// notification, with the lock held; if it throws, the lock is held.
  ///
  /// Throws        what wait() and the predicate throw
  /// Suspends      unless it is true at once
  /// Cancellation  as wait()
  /// Python        Condition.wait_for
  template <class Predicate>
  auto wait_for(Predicate&& predicate) {
    detail::refuse_unsafe_closures<Predicate>();
    return wait_until_true(*this, std::decay_t<Predicate>(std::forward<Predicate>(predicate)));
  }

  /// Wakes up the `count` tasks that have waited longest, or as many as there are. They go on one by one,
  /// each when it has the lock, so not before the caller releases it.
  ///
  /// Throws  invalid_state_error  the task does not hold the lock; nobody is woken
  /// Cost    O(count)
  /// Python  Condition.notify
  void notify(std::size_t count = 1) {
    core_.lock.require_held_here("notify");
    core_.notify(count);
  }
  /// The same for all that wait now. Python: Condition.notify_all.
  void notify_all() {
    core_.lock.require_held_here("notify_all");
    core_.notify(core_.waiting.size());
  }

  /// Cost  as lock::statistics
  [[nodiscard]] condition_statistics statistics() const {
    return {.tasks_waiting = core_.waiting.size(), .of_lock = lock_.statistics()};
  }

 private:
  template <class Predicate>
  static task<std::decay_t<std::invoke_result_t<Predicate&>>> wait_until_true(condition& at,
                                                                              Predicate predicate) {
    for (;;) {
      auto result = predicate();
      if (static_cast<bool>(result)) co_return result;
      co_await at.wait();
    }
  }

  lock own_;
  lock& lock_;
  detail::condition_core core_;
};

}  // namespace overlap::asyncio
