// src/asyncio/run.cpp
//
// The life of a loop: made, driven until the main task has ended, emptied, closed.

#include <string>
#include <utility>
#include <vector>

#include <overlap/asyncio/run.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/event_loop_state.hpp"
#include "asyncio/run_with.hpp"
#include "asyncio/task_list.hpp"

namespace overlap::asyncio::detail {

void main_task_owner::task_ended(task_record& ended) { state_of(*ended.loop).reach_goal(); }

namespace {

// Everything is blocked for ever: says who waits where, and unwinds it all so that nothing is leaked.
std::exception_ptr end_deadlock(event_loop_state& loop, task_record& root) {
  auto error = std::make_exception_ptr(
      deadlock_error("nothing can ever run again, and these tasks still wait:\n" + list_tasks(loop)));
  root.cancel("deadlock", std::source_location::current());
  OVERLAP_ASSERT(loop.run_until_ended(root), "a shielded wait that nothing can end: cancel it from inside");
  return error;
}

}  // namespace

running_loop_guard::running_loop_guard(loop_core& loop) {
  if (running_loop != nullptr) {
    throw invalid_state_error(
        "asyncio::run was called while a loop runs in this thread; co_await the work instead, or run it in "
        "another thread");
  }
  running_loop = &loop;
}

running_loop_guard::~running_loop_guard() { running_loop = nullptr; }

std::exception_ptr run_main_task(event_loop_state& loop, task_record& root) {
  loop.main_task = &root;
  loop.was_interrupted = false;
  root.start_soon();
  std::exception_ptr first;
  if (!loop.run_until_ended(root)) first = end_deadlock(loop, root);
  loop.main_task = nullptr;
  if (!first && root.ended == task_end::stopped) {
    first = loop.was_interrupted ? std::make_exception_ptr(keyboard_interrupt())
                                 : std::make_exception_ptr(cancelled_error("the main task was cancelled"));
  }
  return first;
}

void throw_untaken(std::exception_ptr first, std::vector<std::exception_ptr> untaken) {
  if (untaken.empty()) {
    if (first) std::rethrow_exception(first);
    return;
  }
  if (first) untaken.insert(untaken.begin(), std::move(first));
  throw exception_group("errors that nobody took before the event loop ended", std::move(untaken));
}

void run_root(task_record& root, promise_base& body, std::source_location place) {
  run_root_with(root, body, place, loop_options{});
}

void run_root_with(task_record& root, promise_base& body, std::source_location place, loop_options options) {
  root.promise = &body;  // destroyed with the record if anything below throws
  event_loop_state loop(std::move(options));
  const running_loop_guard guard(loop);
  main_task_owner owner;
  root.attach(loop, loop.outermost, owner, body, place);
  root.error_taken = true;  // thrown below or by run
  interruption interrupts(loop);
  loop.interrupts = &interrupts;

  std::exception_ptr first = run_main_task(loop, root);
  loop.end_owned_tasks();
  loop.close();
  if (!loop.untaken.empty() && !first) first = root.error();
  throw_untaken(std::move(first), std::move(loop.untaken));
}

}  // namespace overlap::asyncio::detail
