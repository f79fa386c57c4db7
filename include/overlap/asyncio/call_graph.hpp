// include/overlap/asyncio/call_graph.hpp
//
// Where a task waits, and who waits for it: the asynchronous answer to "how did we get here?".
//
// Threads: the loop's thread only.
#pragma once

#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <source_location>
#include <vector>

#include <overlap/asyncio/any_task.hpp>
#include <overlap/base/shared_text.hpp>

namespace overlap::asyncio {

/// A task at one moment. It owns all it holds, and may be kept when the tasks have gone.
///
/// Python   asyncio.FutureCallGraph
struct call_graph {
  std::uint64_t task_id = 0;
  shared_text task_name;
  std::source_location created;                  ///< where the task was started
  std::vector<std::source_location> call_stack;  ///< where each coroutine waits, innermost first
  std::vector<call_graph> awaited_by;            ///< the tasks that wait for this one
  bool is_repeated = false;  ///< it stands further up too, because tasks wait for each other in a circle
};

namespace detail {

[[nodiscard]] call_graph capture_from(frame& running);

class call_graph_awaiter {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    captured_ = capture_from(frame_of(handle));
    return false;
  }
  call_graph await_resume() { return std::move(captured_); }

 private:
  call_graph captured_;
};

struct [[nodiscard("nothing is captured until this is awaited")]] call_graph_request {
  call_graph_awaiter operator co_await() const { return {}; }
};

}  // namespace detail

/// The call graph of another task. Its call stack is empty if it has not begun, or if it runs.
///
/// Cost     O(tasks of the loop)
/// Python   asyncio.capture_call_graph(task)
[[nodiscard]] call_graph capture_call_graph(const any_task& task);

/// The call graph of the running task: `co_await capture_call_graph()`.
///
/// Suspends   never
/// Python     asyncio.capture_call_graph()
inline detail::call_graph_request capture_call_graph() noexcept { return {}; }

/// As text, in Python's form:
///
///     * Task(name='fetch', id=3)
///       + Call stack:
///       |   File "main.cpp", line 12, in task<> fetch(std::string)
///       + Awaited by:
///         * Task(name='main', id=1)
///           …
///
/// Python   asyncio.format_call_graph
[[nodiscard]] shared_text format_call_graph(const call_graph& graph);

/// Writes format_call_graph() to a stream, which is borrowed. Python: asyncio.print_call_graph.
void print_call_graph(const call_graph& graph, std::FILE* to = stdout);

}  // namespace overlap::asyncio
