// include/overlap/asyncio/async_generator.hpp
//
// A coroutine that gives values one by one and may wait between them.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. The generator's frame is suspended at its start, at a co_yield or at its end whenever nobody awaits
//      next(). While somebody does, it is part of that task's chain.
//   2. If that chain is stopped, the generator's frame is destroyed with it: a generator that was stopped in
//      the middle has ended.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/result_slot.hpp>
#include <overlap/asyncio/detail/scope_resource.hpp>
#include <overlap/asyncio/task.hpp>

namespace overlap::asyncio {

template <class T>
class async_generator;

namespace detail {

/// Hands over to whoever awaits next(), as the end of a task hands over to its parent.
struct yield_awaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
    frame& yielding = handle.promise();
    if (yielding.starting) {
      yielding.finished = true;
    } else {
      yielding.task->loop->resume(*yielding.parent);
    }
  }
  void await_resume() const noexcept {}
};

template <class T>
struct generator_promise : promise_base {
  using slot = std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T>*, std::optional<T>>;
  slot current{};

  async_generator<T> get_return_object() noexcept;
  void return_void() noexcept {}

  template <class U = T>
    requires(!std::is_reference_v<T> && std::is_constructible_v<T, U &&>)
  yield_awaiter yield_value(U&& value) {
    current.emplace(std::forward<U>(value));
    return {};
  }
  yield_awaiter yield_value(std::remove_reference_t<T>& value) noexcept
    requires std::is_reference_v<T>
  {
    current = &value;
    return {};
  }
};

[[noreturn]] void throw_generator_busy();

}  // namespace detail

/// What a coroutine with `co_yield` returns: an asynchronous generator.
///
///   async_generator<int> ticks(duration period) {
///     for (int number = 0;; ++number) {
///       co_await sleep(period);
///       co_yield number;
///     }
///   }
///   auto numbers = ticks(1s);
///   while (auto number = co_await numbers.next()) use(*number);
///
/// It runs inside whoever awaits next(): it has no task of its own, sees the caller's context variables and
/// is cancelled with the caller. Dropping the object destroys its frame at once, so its destructors have run:
/// there is nothing to close. A co_yield cannot stand in the body of `with`, which is a coroutine of its own:
/// a generator that needs tasks is a task with a channel (open_channel), owned by a group.
///
/// T may be a value, also move-only, or an lvalue reference.
///
/// Python   async generators (`async def` with `yield`), aclosing
template <class T>
class [[nodiscard("a generator does nothing until next() is awaited")]] async_generator {
 public:
  using promise_type = detail::generator_promise<T>;
  using value_type = T;

  async_generator(async_generator&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {
    OVERLAP_ASSERT(!other.is_running_, "do not move a generator while a task awaits its next value");
  }
  async_generator& operator=(async_generator other) noexcept {
    OVERLAP_ASSERT(!is_running_, "do not assign to a generator while a task awaits its next value");
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~async_generator() {
    OVERLAP_ASSERT(!is_running_, "a generator is destroyed while a task awaits its next value: end it first");
    close();
  }

  class next_awaiter {
   public:
    explicit next_awaiter(async_generator& generator) noexcept : generator_(&generator) {}
    next_awaiter(const next_awaiter&) = delete;
    next_awaiter& operator=(const next_awaiter&) = delete;
    ~next_awaiter() {
      if (!has_begun_) return;
      // Not resumed: the chain was stopped while the generator waited (invariant 2).
      generator_->is_running_ = false;
      generator_->close();
    }

    [[nodiscard]] bool await_ready() const noexcept { return !generator_->coroutine_; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) {
      if (generator_->is_running_) detail::throw_generator_busy();
      generator_->is_running_ = has_begun_ = true;
      return generator_->go_on(detail::frame_of(caller));
    }
    detail::optional_of<T> await_resume() {
      if (!std::exchange(has_begun_, false)) return {};
      generator_->is_running_ = false;
      return generator_->take();
    }

   private:
    async_generator* generator_;
    bool has_begun_ = false;
  };
  struct [[nodiscard("nothing is generated until this is awaited")]] next_request {
    async_generator* generator;
    next_awaiter operator co_await() const noexcept { return next_awaiter(*generator); }
  };

  /// Runs the generator to its next co_yield and gives the value: an optional (a pointer for references),
  /// empty when the generator has ended.
  ///
  /// Throws        what the generator throws, once; then it has ended. invalid_state_error if another task
  ///               awaits its next value
  /// Suspends      when the generator waits
  /// Cancellation  stops the generator too; it has ended then
  /// Cost          no allocation
  /// Python        anext
  next_request next() noexcept { return next_request{this}; }

 private:
  friend promise_type;
  explicit async_generator(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

  // False: it has yielded, or ended, inside the call.
  bool go_on(detail::frame& caller) {
    promise_type& promise = coroutine_.promise();
    promise.parent = &caller;
    promise.task = caller.task;
    promise.starting = true;
    promise.finished = false;
    coroutine_.resume();
    promise.starting = false;
    return !promise.finished;
  }

  detail::optional_of<T> take() {
    promise_type& promise = coroutine_.promise();
    if (!coroutine_.done()) {
      if constexpr (std::is_reference_v<T>) {
        return promise.current;
      } else {
        detail::optional_of<T> value(std::move(promise.current));
        promise.current.reset();
        return value;
      }
    }
    const std::exception_ptr error = std::move(promise.error);
    close();
    if (error) std::rethrow_exception(error);
    return {};
  }

  void close() noexcept {
    if (coroutine_) std::exchange(coroutine_, {}).destroy();
  }

  std::coroutine_handle<promise_type> coroutine_;
  bool is_running_ = false;
};

namespace detail {

template <class T>
async_generator<T> generator_promise<T>::get_return_object() noexcept {
  static_assert(alignof(generator_promise) <= promise_alignment_max);
  return async_generator<T>(std::coroutine_handle<generator_promise>::from_promise(*this));
}

}  // namespace detail
}  // namespace overlap::asyncio
