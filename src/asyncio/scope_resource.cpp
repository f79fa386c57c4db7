// src/asyncio/scope_resource.cpp
//
// The course of one `with`: enter, body, leave, go on. What the ends mean is the resource's business.

#include <overlap/asyncio/detail/scope_resource.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

bool scope_resource::only_own_scope_cancelled() const noexcept {
  return body_->own.cancelled && !body_->outer->effective;
}

bool scope_resource::passes_stop_on() const {
  return body_->ended == task_end::stopped && !only_own_scope_cancelled();
}

void scope_resource::leave_now() { wait_->leave(); }

bool with_wait::begin(frame& awaiting, scope_resource& resource) {
  if (resource.stage_ != scope_resource::stage::fresh) {
    throw invalid_state_error(
        "this timeout, task_group or cancel_scope has been entered before: make a new one");
  }
  waiting = &awaiting;
  resource_ = &resource;
  resource.wait_ = this;
  resource.body_ = &body;
  resource.stage_ = scope_resource::stage::entered;
  inside = true;
  body.enter(awaiting, [](scoped_body* ended) {
    auto* wait = static_cast<with_wait*>(ended->owner);
    if (wait->resource_->on_body_end()) wait->leave();
  });
  body.owner = this;
  resource.on_enter();
  promise_base* promise = nullptr;
  try {
    promise = &make_body();
  } catch (...) {
    // The callable itself threw, so there is no coroutine: as if the body had failed at once.
    body.fail_unstarted(std::current_exception());
  }
  if (promise != nullptr) body.start(*promise);
  inside = false;
  return !over;
}

void with_wait::leave() {
  const bool pass_on = resource_->passes_stop_on();
  loop_core& loop = body.loop();
  body.leave();
  resource_->stage_ = scope_resource::stage::left;
  go_on(loop, pass_on);
}

bool with_wait::settle(scope_resource& resource) {
  resource.throw_errors();
  if (!resource.takes_body_error() && body.ended == task_end::failed) std::rethrow_exception(body.error());
  return body.ended == task_end::returned;
}

void unreachable_without_value() {
  throw invalid_state_error("a scope ended without a value and without an error");
}

void throw_never_started() {
  throw timeout_error("wait_for: the time limit is zero or less, so the task was not started");
}

void throw_group_cancelled() {
  throw cancelled_error("the task_group was cancelled before its body had a value");
}

}  // namespace overlap::asyncio::detail
