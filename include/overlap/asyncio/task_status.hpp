// include/overlap/asyncio/task_status.hpp
//
// How a child says that it is ready: task_group::start waits until it does.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. `waiting` is set exactly while start() waits for this child; whoever ends that wait clears it.
//   2. The child is in its group from its start; only where its first error goes depends on `waiting`.
#pragma once

#include <coroutine>
#include <exception>
#include <source_location>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/result_slot.hpp>
#include <overlap/asyncio/task.hpp>
#include <overlap/base/intrusive_list.hpp>

namespace overlap::asyncio {

class task_group;

namespace detail {

class start_wait;

/// Shared by the child's task_status and the wait of start().
struct start_state {
  start_wait* waiting = nullptr;
  unsigned references = 1;
  bool is_started = false;

  void release() noexcept {
    if (--references == 0) delete this;
  }
};

/// The wait of start(), less the value.
class start_wait : waiter, intrusive_link<> {
 public:
  start_wait(start_state& state, task_group& group, task_record& child, promise_base& body,
             std::source_location place) noexcept
      : state_(&state), group_(&group), child_(&child), body_(&body), place_(place) {}
  start_wait(const start_wait&) = delete;
  start_wait& operator=(const start_wait&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    wait_in(frame_of(handle));
  }

 protected:
  ~start_wait();
  /// Throws what the child ended with, if it ended before it was ready.
  void require_started() const;

 private:
  friend class asyncio::task_group;
  friend intrusive_list<start_wait>;
  friend void tell_started(start_state& state);

  void wait_in(frame& awaiting);
  /// The child has ended before it was ready: its error, if there is one, is taken here.
  void child_ended(task_record& ended) noexcept;
  static bool withdraw_start(waiter* leaf) noexcept;

  start_state* state_;
  task_group* group_;
  task_record* child_;  // a reference of ours, from begin to end
  promise_base* body_;  // null once the group has it
  std::source_location place_;
  std::exception_ptr error_;
};

/// Marks the child as ready and lets start() go on. Throws invalid_state_error the second time.
void tell_started(start_state& state);

template <class T>
class start_wait_of : public start_wait {
 public:
  using start_wait::start_wait;

  T await_resume() {
    require_started();
    return value.take();
  }

  result_slot<T> value;
};

}  // namespace detail

/// What a child gets from task_group::start as its first parameter: `started()` says that it is ready.
///
///   task<> serve(task_status<int> status, int port) {
///     auto listener = listen(port);
///     status.started(listener.port());
///     …
///   }
///   int port = co_await group.start<int>(serve, 0);
///
/// Python   trio's task_status
template <class T = void>
class task_status {
 public:
  explicit task_status(detail::start_state& adopted) noexcept : state_(&adopted) {}
  task_status(task_status&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  task_status& operator=(task_status other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~task_status() {
    if (state_ != nullptr) state_->release();
  }

  /// Lets start() go on, with `value`. If start() has been cancelled meanwhile the value is dropped.
  ///
  /// Throws   invalid_state_error  the second time
  template <class... Value>
    requires(std::is_void_v<T> ? sizeof...(Value) == 0 : sizeof...(Value) == 1)
  void started(Value&&... value) {
    detail::start_wait* waiting = state_->waiting;
    if (waiting != nullptr)
      static_cast<detail::start_wait_of<T>*>(waiting)->value.emplace(std::forward<Value>(value)...);
    detail::tell_started(*state_);
  }

 private:
  detail::start_state* state_;
};

namespace detail {

/// A start that has not begun.
template <class T>
class [[nodiscard("nothing is started until this is awaited")]] start_request {
 public:
  start_request(start_state& state, task_group& group, task<> body, std::source_location place) noexcept
      : state_(&state), group_(&group), body_(std::move(body)), place_(place) {}
  start_request(start_request&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)),
        group_(other.group_),
        body_(std::move(other.body_)),
        place_(other.place_) {}
  start_request& operator=(start_request&&) = delete;
  ~start_request() {
    if (state_ != nullptr) state_->release();
  }

  start_wait_of<T> operator co_await() && {
    return start_wait_of<T>(*std::exchange(state_, nullptr), *group_, *new task_record_of<void>,
                            body_.release_promise(), place_);
  }

 private:
  start_state* state_;
  task_group* group_;
  task<> body_;
  std::source_location place_;
};

}  // namespace detail
}  // namespace overlap::asyncio
