// include/overlap/asyncio/finally.hpp
//
// Cleanup that waits. C++ has no co_await in a catch block and no suspending destructor; this is both.
//
// Threads: the loop's thread only.
#pragma once

#include <coroutine>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/scoped_body.hpp>
#include <overlap/base/duration.hpp>

namespace overlap::asyncio {

/// How `finally` treats its cleanup.
struct finally_options {
  /// How long cleanup may go on once the task is cancelled; then it is stopped and timeout_error thrown.
  duration grace = duration::from_nanoseconds(30'000'000'000);
};

namespace detail {

struct finally_wait : scoped_wait {
  explicit finally_wait(finally_options options) noexcept : options_(options) {}

  bool begin(frame& awaiting);
  /// Throws what has to be thrown; the body's value is there otherwise.
  void settle();

  virtual promise_base& make_body() = 0;
  virtual promise_base& make_cleanup() = 0;

  scoped_body body;
  scoped_body cleanup;

 protected:
  virtual ~finally_wait();

 private:
  void start_cleanup();
  void end();
  void start_grace();

  struct grace_timer : timer {
    finally_wait* owner = nullptr;
  };

  finally_options options_;
  grace_timer grace_;
  std::exception_ptr cleanup_error_;
};

template <class Body, class Cleanup>
class finally_awaiter final : finally_wait {
  using body_task = as_task_t<std::invoke_result_t<Body&>>;

 public:
  finally_awaiter(Body&& body_function, Cleanup&& cleanup_function, finally_options options)
      : finally_wait(options),
        body_function_(std::move(body_function)),
        cleanup_function_(std::move(cleanup_function)) {}
  finally_awaiter(const finally_awaiter&) = delete;
  finally_awaiter& operator=(const finally_awaiter&) = delete;
  ~finally_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(frame_of(handle));
  }
  typename body_task::value_type await_resume() {
    settle();
    return take_result<typename body_task::value_type>(body);
  }

 private:
  promise_base& make_body() override { return as_task(body_function_()).release_promise(); }
  promise_base& make_cleanup() override { return as_task(cleanup_function_()).release_promise(); }

  Body body_function_;
  Cleanup cleanup_function_;
};

template <class Body, class Cleanup>
class [[nodiscard("neither runs until this is awaited")]] finally_pair {
 public:
  finally_pair(Body&& body, Cleanup&& cleanup, finally_options options)
      : body_(std::move(body)), cleanup_(std::move(cleanup)), options_(options) {}
  finally_awaiter<Body, Cleanup> operator co_await() && {
    return finally_awaiter<Body, Cleanup>(std::move(body_), std::move(cleanup_), options_);
  }

 private:
  Body body_;
  Cleanup cleanup_;
  finally_options options_;
};

}  // namespace detail

/// Runs `body()`, then `cleanup()` on every path: value, error, cancellation. Both return awaitables.
///
/// Returns       the body's value
/// Throws        the body's error; the cleanup's error; an exception_group of both if both failed;
///               timeout_error if the task was cancelled and cleanup was not done within `options.grace`
/// Suspends      when either does
/// Cancellation  stops the body; the cleanup is shielded from it, for `options.grace`; then the stop goes on
/// Python        try: … finally: await cleanup()
template <detail::task_function Body, detail::task_function Cleanup>
auto finally(Body&& body, Cleanup&& cleanup, finally_options options = {}) {
  detail::refuse_unsafe_closures<Body, Cleanup>();
  return detail::finally_pair<std::decay_t<Body>, std::decay_t<Cleanup>>(
      std::decay_t<Body>(std::forward<Body>(body)), std::decay_t<Cleanup>(std::forward<Cleanup>(cleanup)),
      options);
}

}  // namespace overlap::asyncio
