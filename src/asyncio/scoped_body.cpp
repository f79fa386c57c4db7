// src/asyncio/scoped_body.cpp
//
// Entering, starting, ending and leaving; the awaiters built on it decide what an end means.

#include <overlap/asyncio/detail/scoped_body.hpp>

namespace overlap::asyncio::detail {

const adaptor_actions scoped_body::actions_of_bodies{&scoped_body::finished_action,
                                                     &scoped_body::stopped_action};

scoped_body::~scoped_body() {
  if (promise != nullptr) coroutine_of(*promise).destroy();
}

void scoped_body::enter(frame& awaiting, void (*told)(scoped_body*)) {
  OVERLAP_ASSERT(waiting == nullptr, "this scope has been entered before: make a new one each time");
  waiting = &awaiting;
  task = awaiting.task;
  place = awaiting.place;
  parent = &awaiting;  // for the task tree; a stop ends at this adaptor
  body_ended = told;
  outer = task->innermost;
  own.enter(*outer);
  task->innermost = &own;
}

void scoped_body::start(promise_base& body) {
  promise = &body;
  body.parent = this;
  body.task = task;
  body.starting = true;
  coroutine_of(body).resume();
  body.starting = false;
  if (body.finished) finished_action(this);
}

void scoped_body::fail_unstarted(std::exception_ptr thrown) {
  unstarted_ = std::move(thrown);
  ended = task_end::failed;
  body_ended(this);
}

void scoped_body::leave() noexcept {
  own.leave();
  task->innermost = outer;
}

void scoped_body::finished_action(adaptor* self) {
  auto* body = static_cast<scoped_body*>(self);
  body->ended = body->promise->error ? task_end::failed : task_end::returned;
  body->body_ended(body);
}

void scoped_body::stopped_action(adaptor* self) {
  auto* body = static_cast<scoped_body*>(self);
  coroutine_of(*std::exchange(body->promise, nullptr)).destroy();  // the whole chain, innermost first
  body->ended = task_end::stopped;
  body->body_ended(body);
}

}  // namespace overlap::asyncio::detail
