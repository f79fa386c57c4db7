// include/overlap/base/hooks.hpp
//
// The observation points of the core. Diagnostics and testing look in from here, so the core needs to know
// neither of them.
//
// Threads: hooks are installed per thread and called on that thread only.
//
// Invariants
//   1. No hooks installed: each point costs one load and one untaken branch.
//   2. For one task the order is task_spawned, (step_begins, step_ends)*, finished; finished may come inside
//      the last step, and a task that was stopped before its first step has none.
//   3. Steps do not nest: a loop runs one task at a time.
//   4. never_awaited may come at any time, from any code that drops a task.
//   5. Every about_to_wait is followed by one woke_up, with no other call between them.
#pragma once

#include <cstdint>
#include <source_location>
#include <string_view>

#include <overlap/base/time_point.hpp>

namespace overlap {

/// What a hook is told about a task. The name belongs to the task: copy it if it is kept.
struct task_view {
  std::uint64_t id = 0;   ///< unique in the process, never used again; 0 is no task
  std::string_view name;  ///< may be empty
  std::uint64_t parent_id =
      0;                       ///< the task that spawned it; 0: none, it was spawned by `run` or from outside
  std::source_location place;  ///< where it was created
};

/// Receives what happens in the loops of a thread. Override what you need; the rest does nothing.
///
/// A hook must be quick (it delays every task), must not throw, and must not call into the loop that calls
/// it. The hooks are borrowed: they outlive every loop of the thread that they are installed on, or are
/// uninstalled first.
///
/// Python   none in asyncio; trio.abc.Instrument
struct hooks {
  hooks() noexcept = default;
  hooks(const hooks&) = default;
  hooks& operator=(const hooks&) = default;
  virtual ~hooks();

  /// A task was made. Its first step comes later.
  virtual void task_spawned(const task_view& task) noexcept;
  /// A task is about to run.
  virtual void step_begins(const task_view& task) noexcept;
  /// A task has suspended or ended. What lies between the two is what delays everybody else.
  virtual void step_ends(const task_view& task) noexcept;
  /// A task has ended: with a value, an error or a stop. Its frames are gone.
  virtual void finished(const task_view& task) noexcept;

  /// A task was destroyed that nobody had awaited or given to an owner: its work was never done. `place`: the
  /// coroutine. Usually a co_await is missing; it is no mistake if an exception was in the way.
  virtual void never_awaited(std::source_location place) noexcept;

  /// The loop has nothing to run and asks the kernel. `until`: the next deadline on the loop's clock; a
  /// moment that has passed: it only looks; never(): there is none.
  virtual void about_to_wait(time_point until) noexcept;
  /// The loop is back from the kernel.
  virtual void woke_up() noexcept;
};

namespace detail {
// constinit lets the compiler read the slot without the guard that other thread_local variables need.
inline constinit thread_local hooks* current_hooks = nullptr;
}  // namespace detail

/// Installs the hooks of this thread and returns those before. Null uninstalls. To add to what is there,
/// keep the returned pointer and pass each call on.
inline hooks* set_hooks(hooks* installed) noexcept {
  hooks* before = detail::current_hooks;
  detail::current_hooks = installed;
  return before;
}

}  // namespace overlap
