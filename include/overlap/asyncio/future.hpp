// include/overlap/asyncio/future.hpp
//
// `co_await` for futures of any executor.
//
// Threads: awaited on a loop's thread; completed on any.
#pragma once

#include <coroutine>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/future_wait.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::asyncio::detail {

template <class T>
class future_awaiter : future_wait {
 public:
  explicit future_awaiter(futures::future<T>&& awaited) noexcept
      : future_wait(futures::detail::future_access::state(awaited), false), future_(std::move(awaited)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return wait_in(frame_of(handle));
  }
  T await_resume() {
    if constexpr (std::is_object_v<T> && std::is_copy_constructible_v<T>) {
      const auto& state = futures::detail::future_access::state(future_);
      if (!state.has_one_owner()) return std::as_const(future_).result();
    }
    return std::move(future_).result();
  }

 private:
  futures::future<T> future_;
};

}  // namespace overlap::asyncio::detail

namespace overlap::futures {

/// Waits for a future in a task, without blocking the loop.
///
/// Returns       the value: copied, or moved out if it cannot be copied or if nobody else has the future
/// Throws        the work's error; cancelled_error if the future was cancelled
/// Cancellation  leaves the future alone: the work goes on, and its result stays with other copies
/// Python        asyncio.wrap_future
template <class T>
asyncio::detail::future_awaiter<T> operator co_await(future<T> awaited) {
  return asyncio::detail::future_awaiter<T>(std::move(awaited));
}

}  // namespace overlap::futures
