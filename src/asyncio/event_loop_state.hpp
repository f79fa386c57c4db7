// src/asyncio/event_loop_state.hpp
//
// The event loop: ready queue (loop_core), timers, inbox, reactor, and the tasks it owns. Its turn is one
// function, and reads as the list of its phases.
//
// Threads: the loop's thread only; other threads reach it through the inbox.
//
// Invariants
//   1. Everything the loop runs comes through the ready queue, in order (or in the chooser's order).
//   2. The loop sleeps only if nothing is ready; then it sleeps until the next timer at most.
//   3. A task without another owner is owned by the loop, and has ended before the loop does.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <overlap/asyncio/detail/io_wait.hpp>
#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/event_loop.hpp>
#include <overlap/base/intrusive_list.hpp>
#include <overlap/base/time_point.hpp>
#include <overlap/futures/detail/executor_core.hpp>

#include "asyncio/inbox.hpp"
#include "asyncio/interruption.hpp"
#include "asyncio/loop_options.hpp"
#include "asyncio/timer_heap.hpp"
#include "asyncio/watch_table.hpp"

namespace overlap::asyncio::detail {

struct event_loop_state final : loop_core, task_owner {
  explicit event_loop_state(loop_options options);
  ~event_loop_state();

  /// One turn: what is ready, what has come from outside, what is due, what the kernel has finished.
  /// It runs nothing more and does not sleep once the goal of the turns is reached.
  void turn();

  /// Turns until `root` has ended. False: nothing can ever run again, and it has not ended.
  [[nodiscard]] bool run_until_ended(const task_record& root);
  /// Stops the tasks that the loop owns and turns until they have ended.
  void end_owned_tasks();

  /// Ends everything but the main task. What had come runs, once, and its errors are reported like all
  /// others; watches, timers and what callbacks have queued since then are freed.
  void close();

  /// The tasks that have not ended, each before those it owns: the first for null, null after the last.
  [[nodiscard]] task_record* task_after(const task_record* before) const noexcept;
  /// The same in the order of their creation.
  [[nodiscard]] std::vector<task_record*> tasks() const;

  [[nodiscard]] std::uint64_t next_task_id() noexcept {
    return id_block_left_-- != 0 ? ++last_id_ : open_id_block();
  }
  void report_untaken(std::exception_ptr error);
  void task_ended(task_record& ended) override;  // of a task that the loop owns

  /// Work elsewhere (a thread, a process) that will come back through the inbox: the loop is not idle.
  void external_begins() noexcept { ++external_; }
  void external_ends() noexcept { --external_; }
  /// What the turns were for has happened: what is ready waits for its cancellation.
  void reach_goal() noexcept {
    goal_reached = true;
    nodes_left_ = 1;  // the one that runs
  }
  [[nodiscard]] bool has_external_work() const noexcept { return external_ != 0; }

  /// Whether an operation that finished at once may go on without a trip through the queue. A task that
  /// always finds data would otherwise keep the loop from everybody else.
  [[nodiscard]] bool may_go_on_inline() noexcept { return inline_left_ != 0 && inline_left_-- != 0; }

  std::unique_ptr<platform::reactor> reactor;
  const platform::clock* clock;
  schedule_chooser* chooser;
  job_runner* jobs;                             // where to_thread runs its jobs; null: in its executor
  futures::detail::core_user default_executor;  // of to_thread; none before the first job
  std::vector<futures::detail::core_user> replaced_executors;  // their jobs may need the loop to end
  timer_heap timers;
  inbox* mail;
  watch_table watches;
  scope outermost;    // around everything: the tasks that have not ended are in its tree
  scope owned_tasks;  // of the tasks without another owner
  scope failures;     // of tasks without another owner that ended in an error nobody has taken yet
  std::size_t owned_count = 0;
  intrusive_list<idle_waiter> idle_waiters;  // woken when nothing else can run
  std::vector<std::exception_ptr> untaken;
  event_loop::exception_handler exception_handler = nullptr;
  void* exception_argument = nullptr;
  bool goal_reached = false;           // what the turns were for has happened: the turn ends early
  task_record* main_task = nullptr;    // of run; what Ctrl-C cancels
  interruption* interrupts = nullptr;  // of run, while it has SIGINT
  bool was_interrupted = false;
  bool drops_callbacks = false;      // the end has come: callbacks are freed at their turn, not called
  bool has_outside_handles = false;  // somebody may call from outside at any time

 private:
  void take_interruption();
  void run_ready();
  void take_mail();
  void fire_timers();
  void look_or_sleep();
  void drop_callbacks();
  [[nodiscard]] time_point sleep_limit();
  [[nodiscard]] bool can_never_go_on() const noexcept;
  ready_node* take_chosen();

  std::uint64_t open_id_block() noexcept;

  std::uint64_t last_id_ = 0;
  std::uint64_t id_block_left_ = 0;
  std::size_t external_ = 0;
  unsigned inline_left_ = 0;
  unsigned nodes_left_ = 0;  // of this turn
  bool is_stuck_ = false;
  bool is_closed_ = false;
};

inline event_loop_state& state_of(loop_core& loop) noexcept { return static_cast<event_loop_state&>(loop); }
inline const event_loop_state& state_of(const loop_core& loop) noexcept {
  return static_cast<const event_loop_state&>(loop);
}

/// The loop of this thread. Throws invalid_state_error if there is none: `what` is in its text.
event_loop_state& running_state(const char* what);

}  // namespace overlap::asyncio::detail
