// include/overlap/asyncio/detail/io_wait.hpp
//
// A task's wait for one kernel operation: the awaiter behind every read, write, accept and connect.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. The frame is resumed or stopped only after the kernel has given the operation back.
//   2. Completion wins: a result that came before the cancellation is delivered; only an operation that did
//      not happen (-ECANCELED) stops its task.
#pragma once

#include <cstdint>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/detail/io_operation.hpp>

namespace overlap::asyncio::detail {

struct io_wait : overlap::detail::io_operation, waiter {
  io_wait() = default;
  io_wait(const io_wait&) = delete;
  io_wait& operator=(const io_wait&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return submit(frame_of(handle));
  }

  /// The kernel's answer: a count, descriptor or event mask, or a negative errno.
  [[nodiscard]] std::int32_t await_resume() const noexcept { return result; }

 private:
  bool submit(frame& awaiting);
  void leave_scope() noexcept;
};

}  // namespace overlap::asyncio::detail
