// include/overlap/asyncio/task.hpp
//
// The coroutine type. A task is a description of work until somebody awaits it or gives it to an owner.
//
// Threads: a task that has not started may be moved to another thread; a started one belongs to its loop.
//
// Invariants
//   1. A task object owns its coroutine until it is awaited; then the awaiter does, in the parent's frame,
//      so that frames are destroyed innermost first.
//   2. Awaiting starts the child inside await_suspend and goes on at once if it has finished; so no loop of
//      awaits grows the stack, whatever the compiler makes of tail calls.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/result_slot.hpp>
#include <overlap/base/assert.hpp>

namespace overlap::asyncio {

namespace detail {
template <class T, class Receiver>
class task_operation;  // senders.hpp

/// Destroys the coroutine of a task that nobody has awaited, and tells the hooks.
void drop_unawaited(promise_base& body) noexcept;
}  // namespace detail

/// A coroutine that has not started: lazy, move-only, awaited once and only as an rvalue.
///
/// Write one by using `co_await` or `co_return` in a function that returns `task<T>`. It runs when it is
/// awaited (`co_await fetch(url)`), given to a `task_group`, or to `run`. Dropped without that, it never
/// runs. T may be void, a value (also move-only) or an lvalue reference.
///
/// Parameters of a coroutine are copied or moved into its frame as declared: take by value what must live
/// as long as the task. A lambda's captures live in the lambda, not in the frame: give the lambda itself to
/// `create_task` or `with`, which keep it.
///
/// Returns       (co_await) the value; throws what the body threw
/// Suspends      when the body does
/// Cancellation  the body is stopped at its wait, and so is whoever awaits it: they are one chain
/// Cost          one frame from the thread's free lists
/// Python        a coroutine object (`async def`)
template <class T = void>
class [[nodiscard("a task does nothing until it is awaited or given to an owner")]] task {
 public:
  using promise_type = detail::task_promise<T>;
  using value_type = T;

  task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  task& operator=(task other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~task() {
    if (coroutine_) detail::drop_unawaited(coroutine_.promise());
  }

  class awaiter {
   public:
    explicit awaiter(std::coroutine_handle<promise_type> child) noexcept : child_(child) {}
    awaiter(const awaiter&) = delete;
    awaiter& operator=(const awaiter&) = delete;
    ~awaiter() {
      if (child_) child_.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }

    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> parent) {
      return start(detail::frame_of(parent));
    }

    T await_resume() {
      promise_type& promise = child_.promise();
      if (promise.error) std::rethrow_exception(promise.error);
      return promise.value.take();
    }

   private:
    bool start(detail::frame& parent) {
      promise_type& promise = child_.promise();
      promise.parent = &parent;
      promise.task = parent.task;
      promise.starting = true;
      child_.resume();
      promise.starting = false;
      return !promise.finished;
    }

    std::coroutine_handle<promise_type> child_;
  };

  awaiter operator co_await() && {
    OVERLAP_ASSERT(coroutine_, "this task has been awaited or given away before: await each task once");
    return awaiter(std::exchange(coroutine_, {}));
  }

  /// A task is a sender, too: with <overlap/asyncio/senders.hpp> it can be connected to a receiver of
  /// std::execution. Its operation starts it on the loop that runs in the starting thread.
  template <class Receiver>
  auto connect(Receiver receiver) && {
    return detail::task_operation<T, Receiver>(std::move(*this), std::move(receiver));
  }

  /// The coroutine, given away: for owners of tasks (detail::task_record).
  [[nodiscard]] detail::task_promise<T>& release_promise() {
    OVERLAP_ASSERT(coroutine_, "this task has been awaited or given away before: start each task once");
    return std::exchange(coroutine_, {}).promise();
  }

 private:
  friend detail::task_promise<T>;
  explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

  std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

template <class T>
struct task_promise : promise_result<T> {
  static_assert(alignof(promise_result<T>) <= promise_alignment_max,
                "a task cannot return a value with an alignment beyond operator new's: return it in a "
                "std::unique_ptr");

  task<T> get_return_object() noexcept {
    return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
  }

  /// Refuses co_yield with advice.
  template <class Value>
  std::suspend_never yield_value(Value&&) noexcept {
    static_assert(
        sizeof(Value*) == 0,
        "a task does not yield, and nobody yields inside the body of a `with`: the scope would stay "
        "open while the generator waits to be asked again. Write an async_generator that yields "
        "outside of scopes, or take channel_from, whose producer sends from wherever it is");
    return {};
  }
};

inline void final_awaiter::finish(frame& ended) noexcept {
  if (ended.starting) {
    ended.finished = true;
  } else {
    ended.task->loop->resume(*ended.parent);
  }
}

}  // namespace detail
}  // namespace overlap::asyncio
