// include/overlap/asyncio/detail/loop_core.hpp
//
// The part of the event loop that awaiters touch: the ready queue and what is running now. Everything else
// of the loop is behind event_loop, in src/asyncio.
//
// Threads: the loop's thread only; `running_loop` is the loop of this thread, or null.
#pragma once

#include <overlap/asyncio/detail/frame.hpp>
#include <overlap/asyncio/detail/task_record.hpp>
#include <overlap/base/intrusive_list.hpp>

namespace overlap::detail {
struct io_operation;
}

namespace overlap::asyncio::detail {

/// A moment at which somebody is woken; a node of the loop's heap (src/asyncio/timer_heap.hpp).
struct timer {
  void (*fired)(timer*) = nullptr;
  std::uint32_t index = not_queued;  // place in the heap
  std::uint32_t order = 0;           // among those of one moment

  static constexpr std::uint32_t not_queued = static_cast<std::uint32_t>(-1);
  [[nodiscard]] bool is_queued() const noexcept { return index != not_queued; }
};

/// Who waits until nothing else can run (testing::wait_all_tasks_blocked).
struct idle_waiter : waiter, intrusive_link<> {};

struct loop_core {
  ready_node* first_ready = nullptr;
  ready_node** last_ready = &first_ready;
  frame* next = nullptr;           // whom the step goes on with
  bool next_is_stop = false;       // by stopping it instead of resuming it
  task_record* current = nullptr;  // the task that runs now

  loop_core() noexcept = default;
  loop_core(const loop_core&) = delete;
  loop_core& operator=(const loop_core&) = delete;

  void push(ready_node& node) noexcept {
    node.next = nullptr;
    *last_ready = &node;
    last_ready = &node.next;
  }

  /// Goes on with `waiting` as soon as the present frame has returned to the step. At most one a step.
  void resume(frame& waiting) noexcept {
    next = &waiting;
    next_is_stop = false;
  }
  /// Stops the chain of `waiting` as soon as the present frame has returned to the step.
  void stop(frame& waiting) noexcept {
    next = &waiting;
    next_is_stop = true;
  }
};

inline constinit thread_local loop_core* running_loop = nullptr;

/// Runs a queued waiter: resumes or stops its chain, and all that goes on from there.
void run_waiter(ready_node* node);

/// Begins a wait of `awaiting` in its task's innermost scope. False: that scope is cancelled, the stop is
/// queued, and the operation must not begin. Either way the coroutine stays suspended.
inline bool begin_wait(waiter& leaf, frame& awaiting, bool (*withdraw)(waiter*)) noexcept {
  leaf.suspended = &awaiting;
  leaf.in = awaiting.task->innermost;
  leaf.in->leaf = &leaf;
  leaf.run = &run_waiter;
  leaf.withdraw = withdraw;
  if (leaf.in->effective) [[unlikely]] {
    leaf.phase = wait_state::stopping;
    awaiting.task->loop->push(leaf);
    return false;
  }
  leaf.phase = wait_state::waiting;
  return true;
}

/// What it waited for has happened: it goes on at its turn, even if its scope is cancelled by then.
inline void wake(waiter& leaf) noexcept {
  leaf.phase = wait_state::ready;
  leaf.suspended->task->loop->push(leaf);
}

inline constexpr end_listener::kind handle_waiter::kind_of_waiters{
    .heard = [](end_listener* listener, task_record&) { wake(*static_cast<handle_waiter*>(listener)); },
    .awaiting =
        [](const end_listener* listener, std::size_t index) {
          return index == 0 ? static_cast<const handle_waiter*>(listener)->suspended : nullptr;
        }};

/// The operation is over and did not happen, because its scope was cancelled: it stops at its turn.
inline void wake_stopped(waiter& leaf) noexcept {
  leaf.phase = wait_state::stopping;
  leaf.suspended->task->loop->push(leaf);
}

/// Whether a wait that began now in `awaiting` would be stopped.
inline bool is_cancelled(const frame& awaiting) noexcept { return awaiting.task->innermost->effective; }

/// Puts a timer on the clock of the running loop, moves it, or takes it off (no effect if not queued).
void start_timer(loop_core& loop, timer& alarm, time_point when);
void cancel_timer(loop_core& loop, timer& alarm) noexcept;

/// Gives an operation to the reactor, whose `completed` the loop calls when it is over; true: it is over
/// already, and will not be called. request_cancel asks for its end, which still comes through `completed`.
/// For those who wait for descriptors without a task: the sockets of a library.
[[nodiscard]] bool submit_operation(loop_core& loop, overlap::detail::io_operation& operation);
void request_cancel(loop_core& loop, overlap::detail::io_operation& operation);

/// The present moment on the loop's clock.
time_point loop_now(const loop_core& loop) noexcept;

}  // namespace overlap::asyncio::detail
