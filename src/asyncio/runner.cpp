// src/asyncio/runner.cpp
//
// A loop between the main tasks that it runs.

#include <exception>
#include <utility>

#include <overlap/asyncio/runner.hpp>
#include <overlap/base/context.hpp>
#include <overlap/base/error.hpp>

#include "asyncio/event_loop_state.hpp"
#include "asyncio/run_with.hpp"

namespace overlap::asyncio {

namespace detail {

// An address that only this thread has, which costs less than asking for its number.
const void* this_thread() noexcept {
  static thread_local const char here = 0;
  return &here;
}

struct runner_state {
  event_loop_state loop{loop_options{}};
  overlap::detail::context_storage context{overlap::detail::active_context()};  // of the main tasks
  const void* thread = this_thread();
  bool is_closed = false;

  // The rest of the loop's life. Afterwards `loop.untaken` has what nobody took.
  void close() {
    if (std::exchange(is_closed, true)) return;
    const running_loop_guard guard(loop);
    interruption interrupts(loop);
    loop.interrupts = &interrupts;
    loop.end_owned_tasks();
    loop.close();
    loop.interrupts = nullptr;
  }
};

namespace {

void require_own_thread(const runner_state& state) {
  OVERLAP_ASSERT(state.thread == this_thread(),
                 "a runner belongs to the thread that made it; from another one use "
                 "run_coroutine_threadsafe(task, runner.get_loop())");
}

}  // namespace
}  // namespace detail

runner::runner() : state_(new detail::runner_state) {}

runner::~runner() {
  detail::require_own_thread(*state_);
  OVERLAP_ASSERT(detail::running_loop == nullptr,
                 "a runner is destroyed inside of a task: keep it in the function that calls run");
  state_->close();
  OVERLAP_ASSERT(state_->loop.untaken.empty(),
                 "a runner is destroyed with errors that nobody took: call close(), which throws them, or "
                 "give its loop an exception handler");
  delete state_;
}

event_loop runner::get_loop() const { return event_loop(state_->loop); }

void runner::close() {
  detail::require_own_thread(*state_);
  if (detail::running_loop != nullptr)
    throw invalid_state_error("runner::close was called inside of a task; close it after run has returned");
  state_->close();
  detail::throw_untaken(nullptr, std::exchange(state_->loop.untaken, {}));
}

void runner::drive(detail::task_record& root, detail::promise_base& body, std::source_location place) {
  root.promise = &body;  // destroyed with the record if anything below throws
  detail::require_own_thread(*state_);
  if (state_->is_closed) throw invalid_state_error("runner::run: this runner is closed; make another");
  detail::event_loop_state& loop = state_->loop;
  const detail::running_loop_guard guard(loop);
  detail::main_task_owner owner;
  root.attach(loop, loop.outermost, owner, body, place);
  root.error_taken = true;  // thrown below or by run
  std::swap(root.context, state_->context);
  detail::interruption interrupts(loop);
  loop.interrupts = &interrupts;

  std::exception_ptr first = detail::run_main_task(loop, root);
  loop.interrupts = nullptr;
  std::swap(root.context, state_->context);
  if (first) std::rethrow_exception(std::move(first));
}

}  // namespace overlap::asyncio
