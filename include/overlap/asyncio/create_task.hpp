// include/overlap/asyncio/create_task.hpp
//
// Starting a task that nobody in particular owns. A task_group is nearly always the better owner.
//
// Threads: the loop's thread only.
#pragma once

#include <source_location>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/task_handle.hpp>
#include <overlap/asyncio/task_options.hpp>

namespace overlap::asyncio {

namespace detail {
/// Gives a record without another owner to the running loop. Throws invalid_state_error if there is none.
void own_by_loop(task_record& record, promise_base& body, const task_options& options,
                 std::source_location place);

template <class T>
task_handle<T> spawn_in_loop(task<T> body, const task_options& options, std::source_location place) {
  auto* record = new task_record_of<T>;
  task_handle<T> handle = record->handle();
  own_by_loop(*record, body.release_promise(), options, place);
  return handle;
}
}  // namespace detail

/// Starts `body` as a task owned by `run`, which at its end cancels and awaits what is left and reports
/// errors that nobody took. Such a task may outlive the caller's locals: prefer task_group::create_task.
///
/// The task takes its first step after the caller next suspends, in the order of creation; with
/// `eager_start` it runs inside the call, to its first wait.
///
/// Throws   invalid_state_error  outside of a running loop
/// Cost     one allocation beside the coroutine's frame
/// Python   asyncio.create_task
template <class T>
task_handle<T> create_task(task<T> body, const task_options& options = {},
                           std::source_location place = std::source_location::current()) {
  return detail::spawn_in_loop(std::move(body), options, place);
}
template <class T>
task_handle<T> create_task(task<T> body, std::string_view name,
                           std::source_location place = std::source_location::current()) {
  return detail::spawn_in_loop(std::move(body), task_options{.name = name}, place);
}

/// The same for a callable that returns a task: it is kept until the task ends, captures and all.
template <detail::task_function Function>
auto create_task(Function&& function, const task_options& options = {},
                 std::source_location place = std::source_location::current()) {
  return detail::spawn_in_loop(detail::invoke_kept<std::decay_t<Function>>(std::forward<Function>(function)),
                               options, place);
}

/// The same with arguments, which are copied or moved in and kept too.
template <class Function, class First, class... Rest>
  requires detail::task_function<std::decay_t<Function>&, std::decay_t<First>, std::decay_t<Rest>...>
auto create_task(Function&& function, First&& first, Rest&&... rest) {
  return detail::spawn_in_loop(
      detail::invoke_kept<std::decay_t<Function>, std::decay_t<First>, std::decay_t<Rest>...>(
          std::forward<Function>(function), std::forward<First>(first), std::forward<Rest>(rest)...),
      task_options(), std::source_location::current());
}

}  // namespace overlap::asyncio
