// include/overlap/asyncio/detail/shared_queue.hpp
//
// A queue of threads in whose lines tasks stand, too.
//
// Threads: any, as queue_core; a task_place belongs to its task, and is linked and woken under the mutex.
//
// Invariants (beside those of queue::detail::queue_core)
//   1. A task is in a line only while it has not been woken. Whoever is woken takes what it was woken for, or
//      wakes the next one, also when it is cancelled before it can look.
//   2. Who takes an item while others are left wakes the next getter, and who puts one while room is left the
//      next putter: a wake-up of a thread that was awake already is not lost for a task.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/future.hpp>
#include <overlap/asyncio/task.hpp>
#include <overlap/base/intrusive_list.hpp>
#include <overlap/futures/future.hpp>
#include <overlap/queue/basic_queue.hpp>
#include <overlap/queue/detail/item_buffer.hpp>

namespace overlap::asyncio::detail {

class shared_queue_core;

/// Tasks in the order they came.
struct task_line;

/// A task in a line of the queue, or not yet, or no longer.
class task_place : public intrusive_link<> {
 public:
  explicit task_place(shared_queue_core& core, task_line& line) noexcept : core_(core), line_(line) {}
  task_place(const task_place&) = delete;
  task_place& operator=(const task_place&) = delete;
  ~task_place();

  /// Under the mutex. The task must await woken() then.
  void line_up();
  [[nodiscard]] bool has_lined_up() const noexcept { return has_lined_up_; }
  [[nodiscard]] futures::future<void> woken() noexcept { return std::move(woken_); }
  /// The task has been woken, and looks again at once.
  void goes_on() noexcept { has_lined_up_ = false; }

  /// Under the mutex. The place may be gone when this returns.
  void wake() noexcept;

 private:
  shared_queue_core& core_;
  task_line& line_;
  std::optional<futures::promise<void>> wake_up_;  // the waker's own while it wakes
  futures::future<void> woken_;
  bool has_lined_up_ = false;
};

struct task_line {
  /// Wakes the next one in the place of a task that was woken and then cancelled.
  void (*pass_on)(shared_queue_core& core) noexcept;
  intrusive_list<task_place> places = {};
  std::size_t size = 0;

  /// Under the mutex. False: nobody is there.
  bool wake_first() noexcept;
};

class shared_queue_core final : public overlap::queue::detail::queue_core {
 public:
  explicit shared_queue_core(std::size_t most) noexcept;
  ~shared_queue_core();

  task_line tasks_putting;
  task_line tasks_getting;
  task_line tasks_joining;

  /// Waits of threads. Throw invalid_state_error on a thread that runs a loop, which would stand still.
  overlap::queue::detail::passage wait_for_item(overlap::queue::detail::monitor_lock& held) {
    if (item_state() == overlap::queue::detail::passage::limited) refuse_to_block_a_loop(held);
    return queue_core::wait_for_item(held);
  }
  overlap::queue::detail::passage wait_for_room(overlap::queue::detail::monitor_lock& held) {
    if (room_state() == overlap::queue::detail::passage::limited) refuse_to_block_a_loop(held);
    return queue_core::wait_for_room(held);
  }
  bool wait_until_finished(overlap::queue::detail::monitor_lock& held) {
    if (unfinished() != 0) refuse_to_block_a_loop(held);
    return queue_core::wait_until_finished(held);
  }

  void added() noexcept {
    queue_core::added();
    if (stored < capacity) wake_putter();
  }
  void removed() noexcept {
    queue_core::removed();
    if (stored != 0) wake_getter();
  }
  void wake_getter() noexcept override;
  void wake_putter() noexcept override;
  void wake_joiners() noexcept override;
  void wake_all() noexcept override;

 private:
  static void refuse_to_block_a_loop(const overlap::queue::detail::monitor_lock& held);

  bool task_is_next_ = false;  // threads and tasks take turns
};

/// The blocking side, and what the awaitable side is made of.
template <class T, class Store>
class shared_queue : public overlap::queue::basic_queue<T, Store, shared_queue_core> {
  using passage = overlap::queue::detail::passage;
  using base = overlap::queue::basic_queue<T, Store, shared_queue_core>;

 public:
  using blocking_side = base;
  using base::base;

  [[nodiscard]] shared_queue_core& core() const noexcept { return this->core_; }

  /// Takes an item; or lines up; or neither, at the end.
  template <class Result>
  std::optional<Result> take_or_line_up(task_place& place) {
    const overlap::queue::detail::monitor_lock held(this->core_.guarding);
    const passage way = this->core_.item_state();
    if (way == passage::open) {
      using optional = std::optional<Result>;
      if constexpr (std::is_same_v<Result, T>) {
        return this->template taken<optional>([](T&& item) { return optional(std::move(item)); });
      } else {
        return this->template taken<optional>(
            [this](T&& item) { return optional(std::in_place, this->core_, std::move(item)); });
      }
    }
    if (way == passage::limited) place.line_up();
    return std::nullopt;
  }

  /// Puts the item, true; or lines up; or neither, at the end.
  bool put_or_line_up(task_place& place, T& item) {
    const overlap::queue::detail::monitor_lock held(this->core_.guarding);
    const passage way = this->core_.room_state();
    if (way == passage::open) this->store(std::move(item));
    if (way == passage::limited) place.line_up();
    return way == passage::open;
  }
};

/// Waits until everything is done.
task<> join_shared_queue(shared_queue_core& core);

}  // namespace overlap::asyncio::detail
