// include/overlap/asyncio/blocking_portal.hpp
//
// Asynchronous code for a program that blocks: a loop in a thread of its own, and calls into it.
//
// Threads: any, all members, but never a task of the portal's own loop where a member blocks.
//
// Invariants
//   1. The loop ends when nobody holds the portal open: the portal until stop(), each task until it has
//   ended.
//   2. What was accepted is carried out or, after stop(cancel_remaining), cancelled; never forgotten.
#pragma once

#include <concepts>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/run_coroutine_threadsafe.hpp>
#include <overlap/asyncio/with.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::asyncio {

namespace detail {

struct portal_state;

/// Keeps the loop of a portal open.
class portal_hold {
 public:
  /// Throws invalid_state_error if the portal has been stopped.
  explicit portal_hold(portal_state& portal);
  portal_hold(portal_hold&& other) noexcept : portal_(std::exchange(other.portal_, nullptr)) {}
  portal_hold& operator=(portal_hold&&) = delete;
  ~portal_hold();

 private:
  portal_state* portal_;
};

/// What a call into the loop gives: what it returns or, if that can be awaited, what that gives.
template <class Function, class... Args>
struct call_result {
  using type = std::invoke_result_t<Function&, Args...>;
};
template <class Function, class... Args>
  requires task_function<Function&, Args...>
struct call_result<Function, Args...> {
  using type = task_result_t<std::invoke_result_t<Function&, Args...>>;
};
template <class Function, class... Args>
using call_result_t = typename call_result<Function, Args...>::type;

template <class Function, class... Args>
auto portal_call([[maybe_unused]] portal_hold hold, Function function, Args... args)
    -> task<call_result_t<Function, Args...>> {
  if constexpr (task_function<Function&, Args...>) {
    co_return co_await function(std::move(args)...);
  } else {
    co_return function(std::move(args)...);
  }
}

/// Throws the error of a body or, if leaving its resource failed too, a group of both.
[[noreturn]] void throw_errors(std::exception_ptr body, std::exception_ptr leaving);

}  // namespace detail

/// A loop in a thread of its own, for code that blocks and cannot be made asynchronous:
///
///   asyncio::blocking_portal portal;
///   std::string page = portal.call(fetch, url);
///   auto later = portal.start_task_soon(fetch, other_url);
///   …
///   later.result();
///
/// Python   anyio.from_thread.start_blocking_portal
class blocking_portal {
 public:
  /// Starts the thread and its loop. Throws os_error if the system gives no thread or no reactor.
  blocking_portal();
  blocking_portal(const blocking_portal&) = delete;
  blocking_portal& operator=(const blocking_portal&) = delete;
  /// stop(), which should have been called if it may throw: an error that nobody took is an assertion here.
  ~blocking_portal();

  /// Calls `function(arguments…)` on the loop's thread, awaits what it returns if that can be awaited, and
  /// gives the result. Function and arguments are copied or moved in; context variables come along.
  ///
  /// Throws   what the call throws; cancelled_error if the task was cancelled; invalid_state_error on the
  ///          loop's own thread, or if the portal has been stopped
  /// Blocks   until done
  /// Cost     about 20 µs for the way to the thread and back
  /// Python   BlockingPortal.call
  template <class Function, class... Args>
  auto call(Function&& function, Args&&... args) {
    refuse_own_thread();
    return start_task_soon(std::forward<Function>(function), std::forward<Args>(args)...).result();
  }

  /// Starts the same and returns at once. Cancelling the future cancels the task.
  ///
  /// Throws   invalid_state_error  if the portal has been stopped
  /// Blocks   never
  /// Python   BlockingPortal.start_task_soon
  template <class Function, class... Args>
  auto start_task_soon(Function&& function, Args&&... args)
      -> futures::future<detail::call_result_t<std::decay_t<Function>, std::decay_t<Args>...>> {
    return run_coroutine_threadsafe(
        detail::portal_call<std::decay_t<Function>, std::decay_t<Args>...>(
            detail::portal_hold(*state_), std::forward<Function>(function), std::forward<Args>(args)...),
        get_loop());
  }

  /// `with` from outside: enters the resource in the loop, runs `body(resource)` (or `body()`) here, and
  /// leaves the resource in the loop on every path. If body and leaving both fail: an exception_group.
  ///
  /// Returns  what the body returns
  /// Blocks   while entering and leaving
  /// Python   BlockingPortal.wrap_async_context_manager
  template <async_resource Resource, class Body>
  decltype(auto) with(Resource&& resource, Body&& body) {
    detail::kept_t<Resource> kept(std::forward<Resource>(resource));
    call([&kept] { return kept.enter(); });
    using result = decltype(detail::call_body(body, kept));
    std::exception_ptr error;
    bool is_leaving = false;
    try {
      if constexpr (std::is_void_v<result>) {
        detail::call_body(body, kept);
        is_leaving = true;
        call([&kept] { return kept.leave(); });
        return;
      } else {
        result value = detail::call_body(body, kept);
        is_leaving = true;
        call([&kept] { return kept.leave(); });
        return value;
      }
    } catch (...) {
      if (is_leaving) throw;
      error = std::current_exception();
    }
    std::exception_ptr leaving;
    try {
      call([&kept] { return kept.leave(); });
    } catch (...) {
      leaving = std::current_exception();
    }
    detail::throw_errors(std::move(error), std::move(leaving));
  }

  /// A handle to the loop. Python: BlockingPortal's event loop.
  [[nodiscard]] event_loop get_loop() const;

  /// Waits for all tasks (or cancels and awaits them) and ends the thread. Afterwards nothing is accepted.
  ///
  /// Throws   exception_group if errors of background tasks or callbacks were taken by nobody;
  ///          invalid_state_error on the loop's own thread
  /// Blocks   until the thread has ended
  /// Python   BlockingPortal.stop
  void stop(bool cancel_remaining = false);

 private:
  void refuse_own_thread() const;

  detail::portal_state* state_;
};

}  // namespace overlap::asyncio
