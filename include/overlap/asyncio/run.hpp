// include/overlap/asyncio/run.hpp
//
// The way in: a loop on this thread until one piece of work is done.
//
// Threads: any thread that runs no loop; each gets a loop of its own.
#pragma once

#include <exception>
#include <source_location>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/task_record.hpp>

namespace overlap::asyncio {

namespace detail {

/// Runs a loop until `root` has ended and everything else it owned too. Throws what run throws, except the
/// error of `root` itself when that is all there is.
void run_root(task_record& root, promise_base& body, std::source_location place);

template <awaitable T>
task<task_result_t<T>> borrowed(T&& given) {
  co_return co_await static_cast<T&&>(given);
}

}  // namespace detail

/// Runs an event loop on this thread until `given` (any awaitable: a task, `gather(a(), b())`) is done.
///
/// At the end the tasks that nobody else owns are cancelled and awaited, and the loop is closed. The first
/// Ctrl-C cancels the main task, which cleans up; the second ends the process at once.
///
/// Returns   the value
/// Throws    its error; keyboard_interrupt after Ctrl-C; cancelled_error if the main task cancelled itself;
///           exception_group if errors of background tasks or callbacks were taken by nobody (with the main
///           task's error, if there is one); deadlock_error, with who waits where, when nothing could ever
///           run again; invalid_state_error if this thread runs a loop already; os_error if the kernel gives
///           no reactor
/// Blocks    until done
/// Python    asyncio.run
template <awaitable T>
detail::task_result_t<T> run(T&& given, std::source_location place = std::source_location::current()) {
  auto body = detail::borrowed<T>(std::forward<T>(given));
  using result = typename decltype(body)::value_type;
  detail::task_record_of<result> root;
  detail::run_root(root, body.release_promise(), place);
  if (root.ended == detail::task_end::failed) std::rethrow_exception(root.failure);
  return root.value.take();
}

}  // namespace overlap::asyncio
