// include/overlap/queue/detail/queue_core.hpp
//
// What a queue is beside its items: who waits, how many items there are, how many have been finished.
//
// Threads: any; all fields are guarded by `guarding`, and all functions that take a lock are called with it.
//
// Invariants
//   1. stored is the size of the store; stored <= capacity.
//   2. done <= accepted. What is between them is unfinished.
//   3. Who is woken for an item or for room takes it, or wakes the next one: nobody sleeps beside an item.
//      (A waiter whose limit comes looks once more; one whose move throws passes the wake-up on.)
#pragma once

#include <cstddef>
#include <cstdint>

#include <overlap/threading/detail/monitor.hpp>
#include <overlap/threading/wait_limit.hpp>

namespace overlap::queue::detail {

using threading::wait_limit;
using threading::detail::monitor_lock;

/// More than fits in memory.
inline constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

/// How a wait for an item or for room ended.
enum class passage {
  open,     ///< it is there
  over,     ///< the queue was shut down
  limited,  ///< the limit has come
};

class queue_core {
 public:
  explicit queue_core(std::size_t most) noexcept : capacity(most) {}
  queue_core(const queue_core&) = delete;
  queue_core& operator=(const queue_core&) = delete;

  threading::detail::mutex guarding;
  const std::size_t capacity;
  std::size_t stored = 0;
  std::size_t most_stored = 0;
  std::uint64_t accepted = 0;
  std::uint64_t done = 0;
  std::size_t putting = 0;  // threads that wait
  std::size_t getting = 0;
  std::size_t joining = 0;
  bool is_shut_down = false;

  [[nodiscard]] std::size_t unfinished() const noexcept { return static_cast<std::size_t>(accepted - done); }
  [[nodiscard]] passage item_state() const noexcept {
    return stored != 0 ? passage::open : is_shut_down ? passage::over : passage::limited;
  }
  [[nodiscard]] passage room_state() const noexcept {
    return is_shut_down ? passage::over : stored < capacity ? passage::open : passage::limited;
  }

  passage wait_for_item(monitor_lock& held);
  passage wait_for_room(monitor_lock& held);
  /// False: the limit has come.
  bool wait_until_finished(monitor_lock& held);

  /// One item was put into the store.
  void added() noexcept {
    ++accepted;
    if (++stored > most_stored) most_stored = stored;
    wake_getter();
  }
  /// One was taken out.
  void removed() noexcept {
    --stored;
    wake_putter();
  }
  virtual void wake_getter() noexcept;
  virtual void wake_putter() noexcept;
  virtual void wake_joiners() noexcept;
  virtual void wake_all() noexcept;

  /// Throws invalid_value_error if nothing is unfinished.
  void task_done();
  /// For tickets, which count once each. Takes the lock itself.
  void finish_one() noexcept;
  /// With the lock held: `count` items will never be taken.
  void finish_dropped(std::size_t count) noexcept;

 protected:
  ~queue_core();

 private:
  void finish(std::size_t count) noexcept;

  threading::detail::condition_place not_empty_;
  threading::detail::condition_place not_full_;
  threading::detail::condition_place all_done_;
};

/// The core of the queues that only threads use.
class thread_queue_core final : public queue_core {
 public:
  using queue_core::queue_core;
};

/// Passes a wake-up on if whoever got it could not use it.
class wake_up_guard {
 public:
  wake_up_guard(queue_core& core, void (queue_core::*wake)() noexcept) noexcept : core_(core), wake_(wake) {}
  wake_up_guard(const wake_up_guard&) = delete;
  wake_up_guard& operator=(const wake_up_guard&) = delete;
  ~wake_up_guard() {
    if (!is_used_) (core_.*wake_)();
  }
  void used() noexcept { is_used_ = true; }

 private:
  queue_core& core_;
  void (queue_core::*wake_)() noexcept;
  bool is_used_ = false;
};

/// The same limit. Throws invalid_value_error for a negative time-out.
const wait_limit& checked(const wait_limit& limit);

/// Throws what a get or put that came to nothing throws: shut_down; stopped_error; empty or full.
[[noreturn]] void throw_no_item(passage why, const monitor_lock& held, const wait_limit& limit);
[[noreturn]] void throw_no_room(passage why, const monitor_lock& held, const wait_limit& limit);
/// The same for the forms that do not wait.
[[noreturn]] void throw_no_item(passage why);
[[noreturn]] void throw_no_room(passage why);

}  // namespace overlap::queue::detail
