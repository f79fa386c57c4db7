// include/overlap/asyncio/detail/lock_core.hpp
//
// What a lock and the conditions over it know: who holds it, who waits for it, and who waits to be notified.
//
// Threads: the loop's thread only, so there are no atomics.
//
// Invariants
//   1. owner != null: that task holds the lock, and the lock is among the listeners for its end.
//   2. Tasks wait in `waiting` only while the lock is held. Who releases it hands it to the first of them.
//   3. broken: the owner ended as such. There is no owner then and nobody waits, here or at a condition.
//   4. A notification moves a waiter from its condition's line to the end of `waiting`: it has happened then,
//      and the waiter goes on as soon as it has the lock, cancelled or not.
//   5. A waiter of a condition that is cancelled takes the lock back before it stops: destructors and
//      whoever absorbs the stop find the lock as they left it. Nothing else waits while it is cancelled.
//
//   state of a waiter      notify              cancel                    the lock comes free
//   at the condition       joins `waiting`     joins `waiting`, stopping (not concerned)
//   in `waiting`           (not possible)      no effect                 ready: with the notification
//   in `waiting`, stopping (not possible)      (once only)               stops, with the lock
#pragma once

#include <cstddef>

#include <overlap/asyncio/detail/waiting_line.hpp>

namespace overlap::asyncio::detail {

struct lock_waiter : line_waiter {
  bool stopping = false;
};

struct condition_core;

struct lock_core : end_listener {
  task_record* owner = nullptr;
  bool broken = false;
  waiting_line waiting;
  shared_text broken_by;
  intrusive_list<condition_core> conditions;

  lock_core() noexcept { what = &kind_of_locks; }
  ~lock_core();

  [[nodiscard]] bool is_free() const noexcept { return owner == nullptr && !broken; }
  [[nodiscard]] bool is_held_here() const noexcept {
    const loop_core* here = running_loop;
    return owner != nullptr && here != nullptr && here->current == owner;
  }

  void take(task_record& by) noexcept {
    owner = &by;
    listen(by.first_listener);
  }
  void give_back() noexcept {
    stop_listening();
    owner = nullptr;
    if (!waiting.empty()) hand_over();
  }

  /// For a task that cannot take it now. False: it does not wait, and goes on to throw `leaf.refused`.
  bool wait(lock_waiter& leaf, frame& awaiting);
  /// For a task that does not wait: false if another one holds the lock.
  bool try_take();

  /// Throws unless the running task holds the lock, and it is not broken.
  void require_held_here(const char* doing) const;
  /// A guard ends. Anywhere: the lock may be broken, or the task another one, which is asserted.
  void guard_ends() noexcept {
    if (is_held_here()) [[likely]] {
      give_back();
    } else {
      guard_ends_elsewhere();
    }
  }

 private:
  static const kind kind_of_locks;

  void hand_over() noexcept;
  void guard_ends_elsewhere() const noexcept;
  void break_up();
  void refuse(lock_waiter& leaf);
};

struct condition_core : intrusive_link<> {
  explicit condition_core(lock_core& over) noexcept : lock(over) { over.conditions.push_back(*this); }
  condition_core(const condition_core&) = delete;
  condition_core& operator=(const condition_core&) = delete;
  ~condition_core();

  lock_core& lock;
  waiting_line waiting;

  /// The lock is held by the running task.
  void notify(std::size_t count) noexcept;
};

/// It does not need the condition any more once it has been notified.
struct condition_waiter : lock_waiter {
  lock_core* lock = nullptr;

  /// Gives the lock back and waits at `at`. False: it does not wait, and goes on to throw `refused`.
  bool begin(condition_core& at, frame& awaiting);

 private:
  static bool withdraw_waiter(waiter* leaf);
};

}  // namespace overlap::asyncio::detail
