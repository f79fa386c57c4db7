// include/overlap/asyncio/any_task.hpp
//
// A running task whose result type does not matter: for sets of tasks, and for whoever asks who runs.
//
// Threads: the loop's thread only.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <overlap/asyncio/task_handle.hpp>

namespace overlap::asyncio {

/// A task_handle without the type of the value: cancel(), done(), cancelled(), exception(), name(), id().
/// Every task_handle converts to it. `co_await any` waits for the end, and throws the task's error.
///
/// A handle from current_task() or all_tasks() may belong to a child of gather or to the main task, whose
/// records live with their owners: do not keep it beyond them (asserted).
///
/// Threads  the loop's thread, all members
/// Python   asyncio.Task
class any_task : public detail::task_handle_base {
 public:
  template <class T>
  any_task(const task_handle<T>& handle) noexcept : task_handle_base(handle) {}  // NOLINT: a conversion
  template <class T>
  any_task(task_handle<T>&& handle) noexcept : task_handle_base(std::move(handle)) {}  // NOLINT: as above

  /// See task_handle::add_done_callback.
  template <class Function>
  callback_handle add_done_callback(Function function) const {
    return detail::call_when_done(
        new detail::done_callback_of<any_task, Function>(*record_, *this, std::move(function)));
  }

  class awaiter : public detail::handle_wait {
   public:
    explicit awaiter(detail::task_record& awaited) noexcept : handle_wait(awaited) {}
    void await_resume() const { detail::require_value(*awaited_); }
  };
  /// The handle must outlive the await, which a temporary in the same expression does.
  awaiter operator co_await() const { return awaiter(*record_); }

 private:
  friend any_task current_task();
  friend std::vector<any_task> all_tasks();
  explicit any_task(detail::task_record& record) noexcept : task_handle_base(record) {}
};

/// The task that runs now.
///
/// Throws   invalid_state_error  outside of a task
/// Python   asyncio.current_task
[[nodiscard]] any_task current_task();

/// The tasks of this thread's loop that have not ended, in the order of their creation.
///
/// Throws   invalid_state_error  outside of a loop
/// Cost     O(n), one allocation
/// Python   asyncio.all_tasks
[[nodiscard]] std::vector<any_task> all_tasks();

}  // namespace overlap::asyncio

template <>
struct std::hash<overlap::asyncio::any_task> {
  std::size_t operator()(const overlap::asyncio::any_task& handle) const noexcept {
    return static_cast<std::size_t>(handle.id());
  }
};
