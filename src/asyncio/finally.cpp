// src/asyncio/finally.cpp
//
// Two bodies, one after the other; the second behind a shield, with a clock that starts when the task is
// cancelled.

#include <vector>

#include <overlap/asyncio/finally.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

namespace overlap::asyncio::detail {

finally_wait::~finally_wait() = default;

bool finally_wait::begin(frame& awaiting) {
  waiting = &awaiting;
  inside = true;
  body.owner = this;
  cleanup.owner = this;
  body.enter(awaiting, [](scoped_body* ended) {
    ended->leave();
    static_cast<finally_wait*>(ended->owner)->start_cleanup();
  });
  promise_base* promise = nullptr;
  try {
    promise = &make_body();
  } catch (...) {
    body.fail_unstarted(std::current_exception());
  }
  if (promise != nullptr) body.start(*promise);
  inside = false;
  return !over;
}

void finally_wait::start_cleanup() {
  cleanup.own.shield = true;
  cleanup.own.owner = this;
  cleanup.own.outer_cancelled = [](void* owner) { static_cast<finally_wait*>(owner)->start_grace(); };
  cleanup.enter(*waiting, [](scoped_body* ended) { static_cast<finally_wait*>(ended->owner)->end(); });
  if (cleanup.outer->effective) start_grace();
  promise_base* promise = nullptr;
  try {
    promise = &make_cleanup();
  } catch (...) {
    cleanup.fail_unstarted(std::current_exception());
  }
  if (promise != nullptr) cleanup.start(*promise);
}

void finally_wait::start_grace() {
  if (grace_.is_queued() || options_.grace.is_infinite()) return;
  grace_.owner = this;
  grace_.fired = [](timer* fired) {
    static_cast<grace_timer*>(fired)->owner->cleanup.own.cancel("cleanup took longer than its grace",
                                                                std::source_location::current());
  };
  start_timer(cleanup.loop(), grace_, loop_now(cleanup.loop()) + options_.grace);
}

void finally_wait::end() {
  loop_core& loop = cleanup.loop();
  cancel_timer(loop, grace_);
  cleanup.leave();
  // An error of the cleanup is thrown even into a cancelled task: the stop comes at its next wait.
  const bool pass_on = body.ended == task_end::stopped && cleanup.ended == task_end::returned;
  go_on(loop, pass_on);
}

void finally_wait::settle() {
  std::exception_ptr cleanup_error;
  if (cleanup.ended == task_end::failed) cleanup_error = cleanup.error();
  if (cleanup.ended == task_end::stopped) {
    cleanup_error = std::make_exception_ptr(timeout_error(
        "cleanup was stopped: it went on for longer than its grace after the task was cancelled"));
  }
  if (!cleanup_error) return;
  if (body.ended == task_end::failed) {
    std::vector<std::exception_ptr> both{body.error(), cleanup_error};
    throw exception_group("the body failed, and then its cleanup did too", std::move(both));
  }
  std::rethrow_exception(cleanup_error);
}

}  // namespace overlap::asyncio::detail
