// include/overlap/asyncio/runner.hpp
//
// Several main tasks, one after the other, on one loop.
//
// Threads: the thread that made it, all members.
//
// Invariants
//   1. The loop is made with the runner and closed once, by close() or the destructor.
#pragma once

#include <exception>
#include <source_location>
#include <utility>

#include <overlap/asyncio/event_loop.hpp>
#include <overlap/asyncio/run.hpp>

namespace overlap::asyncio {

namespace detail {
struct runner_state;
}

/// A loop that outlives its main task: what `run` does at once, in steps.
///
///   asyncio::runner runner;
///   runner.run(connect());
///   while (more()) runner.run(handle_next());
///
/// Background tasks (create_task), timers and callbacks stay between the calls, and go on in the next one.
/// Context variables that a main task sets are seen by the next.
///
/// Python   asyncio.Runner
class runner {
 public:
  /// Throws   os_error if the kernel gives no reactor
  runner();
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;
  /// Closes. Errors of background tasks that only become known here go to the loop's exception handler;
  /// without one that is an assertion: call close(), which throws them.
  ~runner();

  /// Runs until `given` (any awaitable) is done. Ctrl-C cancels it, as in `asyncio::run`.
  ///
  /// Returns   the value
  /// Throws    its error; keyboard_interrupt after Ctrl-C; cancelled_error if the main task cancelled itself;
  ///           deadlock_error when nothing could ever run again; invalid_state_error if the runner is closed
  ///           or this thread runs a loop already
  /// Blocks    until done
  /// Python    Runner.run
  template <awaitable T>
  detail::task_result_t<T> run(T&& given, std::source_location place = std::source_location::current()) {
    auto body = detail::borrowed<T>(std::forward<T>(given));
    using result = typename decltype(body)::value_type;
    detail::task_record_of<result> root;
    drive(root, body.release_promise(), place);
    if (root.ended == detail::task_end::failed) std::rethrow_exception(root.failure);
    return root.value.take();
  }

  /// A handle to the loop. Between the runs only its members for all threads may be used.
  /// Python: Runner.get_loop.
  [[nodiscard]] event_loop get_loop() const;

  /// Cancels and awaits the background tasks, then ends the loop. Once is enough.
  ///
  /// Throws   exception_group if errors of background tasks or callbacks were taken by nobody;
  ///          invalid_state_error inside of a task
  /// Python   Runner.close
  void close();

 private:
  void drive(detail::task_record& root, detail::promise_base& body, std::source_location place);

  detail::runner_state* state_;
};

}  // namespace overlap::asyncio
