// include/overlap/asyncio/async_exit_stack.hpp
//
// A number of resources that is only known at run time, left together.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. What was entered or pushed is left exactly once, in reverse order, whatever the others do.
#pragma once

#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/with.hpp>

namespace overlap::asyncio {

namespace detail {

/// One thing to do when the stack is left.
struct exit_step {
  exit_step* before = nullptr;

  exit_step() noexcept = default;
  exit_step(const exit_step&) = delete;
  exit_step& operator=(const exit_step&) = delete;
  virtual ~exit_step() = default;
  virtual task<> leave() = 0;
};

template <class Resource>
struct resource_exit final : exit_step {
  explicit resource_exit(Resource&& entered) : resource(std::move(entered)) {}
  task<> leave() override { co_await resource.leave(); }

  Resource resource;
};

template <class Function>
struct callback_exit final : exit_step {
  explicit callback_exit(Function&& called) : function(std::move(called)) {}
  task<> leave() override {
    if constexpr (awaitable<std::invoke_result_t<Function&>>) {
      co_await function();
    } else {
      function();
      co_return;
    }
  }

  Function function;
};

}  // namespace detail

/// Enters resources one by one and leaves them all, in reverse order, when `with` is left:
///
///   co_await with(async_exit_stack(), [&](async_exit_stack& stack) -> task<> {
///     for (const auto& url : urls) sessions.push_back(&co_await stack.enter(session(url)));
///     …
///   });
///
/// If leaving one throws, the others are left all the same; then the error is thrown, or an exception_group
/// if there are several (or beside the body's own).
///
/// Python   contextlib.AsyncExitStack
class async_exit_stack {
 public:
  async_exit_stack() noexcept = default;
  async_exit_stack(async_exit_stack&& other) noexcept : last_(std::exchange(other.last_, nullptr)) {}
  async_exit_stack& operator=(async_exit_stack other) noexcept {
    std::swap(last_, other.last_);
    return *this;
  }
  /// Asserts that it was left, by `with` or leave(), if there is anything inside.
  ~async_exit_stack();

  /// Enters a resource (see async_resource), which the stack keeps; the reference is good until it is left.
  ///
  /// Throws        what entering throws; the resource is not left then
  /// Cancellation  while entering: the resource is not left, as in `with`
  template <async_resource Resource>
    requires(!std::is_lvalue_reference_v<Resource>)
  task<Resource&> enter(Resource&& resource) {
    detail::refuse_unsafe_arguments<Resource>();
    return enter_kept(entering<Resource>(std::move(resource)));
  }

  /// Calls `function` when the stack is left. What it returns is awaited if it is awaitable. Python:
  /// callback, push_async_callback.
  template <class Function>
  void callback(Function function) {
    push(*new detail::callback_exit<Function>(std::move(function)));
  }

  /// Everything inside moves to the stack that is returned; here nothing is left to leave. Python: pop_all.
  [[nodiscard]] async_exit_stack pop_all() noexcept { return std::move(*this); }

  /// For `with`.
  task<> enter();
  task<> leave();

 private:
  /// Owns a step until it is pushed.
  template <class Resource>
  struct entering {
    detail::resource_exit<Resource>* step;

    explicit entering(Resource&& resource) : step(new detail::resource_exit<Resource>(std::move(resource))) {}
    entering(entering&& other) noexcept : step(std::exchange(other.step, nullptr)) {}
    entering& operator=(entering&&) = delete;
    ~entering() { delete step; }
  };

  template <class Resource>
  task<Resource&> enter_kept(entering<Resource> made) {
    co_await made.step->resource.enter();
    detail::resource_exit<Resource>& entered = *std::exchange(made.step, nullptr);
    push(entered);
    co_return entered.resource;
  }

  void push(detail::exit_step& step) noexcept {
    step.before = last_;
    last_ = &step;
  }

  detail::exit_step* last_ = nullptr;
  bool is_leaving_ = false;
};

}  // namespace overlap::asyncio
