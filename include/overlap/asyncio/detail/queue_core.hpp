// include/overlap/asyncio/detail/queue_core.hpp
//
// What a queue knows beside its items: how many have been finished, and who waits for that.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. done <= accepted. What is between them is unfinished.
//   2. Tasks wait in `joining` only while something is unfinished.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include <overlap/asyncio/detail/exchange.hpp>

namespace overlap::asyncio::detail {

struct queue_core : exchange_core {
  using exchange_core::exchange_core;
  ~queue_core();

  std::uint64_t done = 0;
  waiting_line joining;

  [[nodiscard]] std::size_t unfinished() const noexcept { return static_cast<std::size_t>(accepted - done); }

  /// Throws invalid_value_error if nothing is unfinished.
  void task_done();
  /// For tickets, which count once each, and for items that are dropped.
  void finish(std::size_t count);
  /// Refuses givers now, and takers as soon as nothing is left.
  void shut_down();

  /// A queue outlives its waiters, so nothing has to keep it.
  struct keeper {
    explicit keeper(queue_core&) noexcept {}
  };
};

[[noreturn]] void throw_queue_empty();
[[noreturn]] void throw_queue_full();

class join_awaiter : line_waiter {
 public:
  explicit join_awaiter(queue_core& queue) noexcept : queue_(queue) {}
  join_awaiter(const join_awaiter&) = delete;
  join_awaiter& operator=(const join_awaiter&) = delete;
  ~join_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    frame& awaiting = frame_of(handle);
    if (queue_.unfinished() == 0 && !is_cancelled(awaiting)) return false;
    queue_.joining.join(*this, awaiting);
    return true;
  }
  void await_resume() const noexcept {}

 private:
  queue_core& queue_;
};

struct [[nodiscard("nothing is waited for until this is awaited")]] join_request {
  queue_core* queue;
  join_awaiter operator co_await() const noexcept { return join_awaiter(*queue); }
};

}  // namespace overlap::asyncio::detail
