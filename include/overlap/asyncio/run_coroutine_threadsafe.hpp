// include/overlap/asyncio/run_coroutine_threadsafe.hpp
//
// Work for a loop, from another thread.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/create_task.hpp>
#include <overlap/asyncio/event_loop.hpp>
#include <overlap/base/error.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::asyncio {

namespace detail {

/// Cancels a task of `loop` from any thread, if both are still there.
void cancel_on_its_loop(std::uint64_t task_id, event_loop& loop);

/// Delivers a task's end to a promise: value, error, or, if it is stopped and destroyed, a cancellation.
template <class T>
class promise_delivery {
 public:
  explicit promise_delivery(futures::promise<T>&& promise) : promise_(std::move(promise)) {}
  promise_delivery(promise_delivery&& other) noexcept
      : promise_(std::move(other.promise_)), open_(std::exchange(other.open_, false)) {}
  promise_delivery& operator=(promise_delivery&&) = delete;
  ~promise_delivery() {
    if (open_) promise_.get_future().cancel();
  }

  [[nodiscard]] futures::future<T> future() const { return promise_.get_future(); }

  /// False: it has been cancelled, and the work must not begin.
  template <class... Value>
  void value(Value&&... result) {
    if (!begin()) return;
    begun_ = true;
    promise_.set_result(std::forward<Value>(result)...);  // may throw: then error() is called
    begun_ = false;
  }
  void error(std::exception_ptr error) {
    if (begun_ || begin()) promise_.set_exception(std::move(error));
  }

 private:
  // From here on a cancel() of the future comes too late; one that was earlier has its way.
  bool begin() { return std::exchange(open_, false) && promise_.set_running_or_notify_cancel(); }

  futures::promise<T> promise_;
  bool open_ = true;
  bool begun_ = false;
};

template <class T>
task<> run_and_deliver(task<T> body, promise_delivery<T> delivery) {
  std::exception_ptr error;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(body);
      delivery.value();
    } else {
      delivery.value(co_await std::move(body));
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (error) delivery.error(std::move(error));
}

}  // namespace detail

/// Starts `body` on `loop`, from any thread, and returns the future of its result.
///
/// Cancelling the future cancels the task. A task that the loop ends before it is done gives a cancelled
/// future. Never block on the future in the loop's own thread.
///
/// Throws   invalid_state_error  if the loop has ended; the body never runs then
/// Python   asyncio.run_coroutine_threadsafe
template <class T>
futures::future<T> run_coroutine_threadsafe(task<T> body, event_loop loop) {
  detail::promise_delivery<T> delivery{futures::promise<T>()};
  futures::future<T> result = delivery.future();
  loop.call_soon_threadsafe([body = std::move(body), delivery = std::move(delivery), loop, result]() mutable {
    auto handle = create_task(detail::run_and_deliver(std::move(body), std::move(delivery)));
    // The callback runs wherever the future is cancelled, so it takes the task's number, not its handle.
    result.add_done_callback([id = handle.id(), loop](const futures::future<T>& done) mutable {
      if (done.cancelled()) detail::cancel_on_its_loop(id, loop);
    });
  });
  return result;
}

/// The same for a callable that returns a task: it is kept until the task ends.
template <detail::task_function Function>
auto run_coroutine_threadsafe(Function function, event_loop loop) {
  return run_coroutine_threadsafe(detail::invoke_kept<Function>(std::move(function)), std::move(loop));
}

}  // namespace overlap::asyncio
