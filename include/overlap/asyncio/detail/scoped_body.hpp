// include/overlap/asyncio/detail/scoped_body.hpp
//
// A body that runs inside its awaiter, in a scope of its own: the common part of with, timeout, task_group,
// shield and finally. The awaiter's frame is the storage; it waits until the body and all that was started
// in the scope have ended.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. Exactly one of three ends is reported, by `ended`: returned, failed, stopped. A stop never comes
//      inside begin(), so an awaiter that is told then simply does not suspend.
//   2. The scope is left only by leave(), after everything inside has ended.
#pragma once

#include <exception>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/result_slot.hpp>
#include <overlap/asyncio/task.hpp>

namespace overlap::asyncio::detail {

struct scoped_body : adaptor {
  watched_scope own;
  frame* waiting = nullptr;         // the frame of whoever awaits us
  scope* outer = nullptr;           // the scope it awaits us in
  promise_base* promise = nullptr;  // of the body; null before the start and after a stop
  void (*body_ended)(scoped_body*) = nullptr;
  void* owner = nullptr;  // for body_ended
  task_end ended = task_end::running;

  scoped_body() noexcept : adaptor(actions_of_bodies) {}
  scoped_body(const scoped_body&) = delete;
  scoped_body& operator=(const scoped_body&) = delete;
  ~scoped_body();

  /// Enters the scope. The body starts with start().
  void enter(frame& awaiting, void (*told)(scoped_body*));
  /// Starts the body, inside this call. It may have ended when this returns.
  void start(promise_base& body);
  /// Leaves the scope: the waits of the task are in the outer one again.
  void leave() noexcept;

  /// The callable that should have made the body threw instead: as if the body had failed at once.
  void fail_unstarted(std::exception_ptr thrown);
  /// The error of a body that failed.
  [[nodiscard]] std::exception_ptr error() const noexcept {
    return promise != nullptr ? promise->error : unstarted_;
  }

  [[nodiscard]] loop_core& loop() const noexcept { return *task->loop; }

 private:
  static void finished_action(adaptor* self);
  static void stopped_action(adaptor* self);
  static const adaptor_actions actions_of_bodies;

  std::exception_ptr unstarted_;
};

/// An awaiter of one or more scoped bodies: notes whether the end came inside await_suspend.
struct scoped_wait {
  frame* waiting = nullptr;
  bool inside = false;
  bool over = false;

  /// Goes on with who waits: returns to it, or stops it.
  void go_on(loop_core& loop, bool pass_stop_on) noexcept {
    if (inside) {
      over = true;  // never with a stop (scoped_body, invariant 1)
    } else if (pass_stop_on) {
      loop.stop(*waiting);
    } else {
      loop.resume(*waiting);
    }
  }
};

/// The body's value, or its error thrown.
template <class T>
T take_result(scoped_body& body) {
  if (body.ended == task_end::failed) std::rethrow_exception(body.error());
  return static_cast<task_promise<T>*>(body.promise)->value.take();
}

}  // namespace overlap::asyncio::detail
