// include/overlap/asyncio/detail/result_slot.hpp
//
// Where a coroutine leaves its result: the value here, the error in promise_base, so that everything that
// only asks how it ended needs no template.
//
// Threads: the loop's thread only.
#pragma once

#include <coroutine>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/frame.hpp>
#include <overlap/asyncio/detail/frame_memory.hpp>

namespace overlap::asyncio::detail {

/// Maybe a value. For references it keeps the address; for void nothing.
template <class T>
class result_slot {
 public:
  result_slot() noexcept {}
  result_slot(const result_slot&) = delete;
  result_slot& operator=(result_slot&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    reset();
    if (other.full_) emplace(std::move(other.value_));
    return *this;
  }
  ~result_slot() { reset(); }

  template <class... Args>
  void emplace(Args&&... args) {
    new (static_cast<void*>(&value_)) T(std::forward<Args>(args)...);
    full_ = true;
  }
  [[nodiscard]] bool has_value() const noexcept { return full_; }
  T take() { return std::move(value_); }
  const T& look() const noexcept { return value_; }

 private:
  void reset() noexcept {
    if (full_) value_.~T();
    full_ = false;
  }

  bool full_ = false;
  union {
    T value_;
  };
};

template <class T>
class result_slot<T&> {
 public:
  void emplace(T& value) noexcept { value_ = &value; }
  [[nodiscard]] bool has_value() const noexcept { return value_ != nullptr; }
  T& take() noexcept { return *value_; }
  T& look() const noexcept { return *value_; }

 private:
  T* value_ = nullptr;
};

template <>
class result_slot<void> {
 public:
  void emplace() noexcept { full_ = true; }
  [[nodiscard]] bool has_value() const noexcept { return full_; }
  void take() const noexcept {}
  void look() const noexcept {}

 private:
  bool full_ = false;
};

template <class T>
concept is_lazy_coroutine = requires { typename T::promise_type; };

template <class T>
concept has_member_co_await = requires(T&& value) { static_cast<T&&>(value).operator co_await(); };

template <class T>
concept has_free_co_await = requires(T&& value) { operator co_await(static_cast<T&&>(value)); };

/// The awaiter of a T. A T that is its own awaiter is given as an lvalue: g++ 12 copies an rvalue.
template <class T>
decltype(auto) awaiter_of(T&& value) {
  if constexpr (has_member_co_await<T>) {
    return static_cast<T&&>(value).operator co_await();
  } else if constexpr (has_free_co_await<T>) {
    return operator co_await(static_cast<T&&>(value));
  } else {
    return static_cast<std::remove_reference_t<T>&>(value);
  }
}

/// Goes on with the parent, unless the parent is just starting this coroutine and asks itself.
struct final_awaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
    finish(handle.promise());
  }
  void await_resume() const noexcept {}

 private:
  static void finish(frame& ended) noexcept;
};

/// What the promises of all task types share.
struct promise_base : frame {
  std::exception_ptr error;

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { free_frame(memory, bytes); }

  /// Notes whose frame this is, for a task that is never awaited. Costs one store.
  [[nodiscard]] std::suspend_always initial_suspend(
      std::source_location where = std::source_location::current()) noexcept {
    place = where;
    return {};
  }
  [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }

  /// Notes where each wait is, for the task tree and for errors. Costs one store.
  template <class Awaitable>
  decltype(auto) await_transform(Awaitable&& awaitable,
                                 std::source_location where = std::source_location::current()) {
    static_assert(
        !std::is_lvalue_reference_v<Awaitable> || !is_lazy_coroutine<std::remove_cvref_t<Awaitable>>,
        "a task is awaited once, and is gone then: co_await std::move(task)");
    place = where;
    return awaiter_of(static_cast<Awaitable&&>(awaitable));
  }
};

template <class T>
struct promise_result : promise_base {
  result_slot<T> value;

  template <class U = T>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
};

template <>
struct promise_result<void> : promise_base {
  result_slot<void> value;

  void return_void() noexcept { value.emplace(); }
};

template <class T>
struct task_promise;

}  // namespace overlap::asyncio::detail
