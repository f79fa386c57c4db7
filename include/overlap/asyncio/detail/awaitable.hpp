// include/overlap/asyncio/detail/awaitable.hpp
//
// What `co_await` makes of a type, and how anything awaitable becomes a task.
//
// Threads: compile time only, but for as_task, whose task is like any other.
#pragma once

#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/task.hpp>

namespace overlap::asyncio {

namespace detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

}  // namespace detail

/// Something that can be awaited in a task: a task, a task_handle, a future, what gather and sleep return.
template <class T>
concept awaitable = requires(T&& value) {
  { detail::awaiter_of(static_cast<T&&>(value)).await_ready() } -> std::convertible_to<bool>;
  detail::awaiter_of(static_cast<T&&>(value)).await_resume();
};

/// What `co_await` of a T gives.
template <awaitable T>
using await_result_t = decltype(detail::awaiter_of(std::declval<T>()).await_resume());

namespace detail {

/// await_result_t, with rvalue references as values: what a task can return.
template <awaitable T>
using task_result_t = std::conditional_t<std::is_rvalue_reference_v<await_result_t<T>>,
                                         std::remove_reference_t<await_result_t<T>>, await_result_t<T>>;

/// A task that keeps `given` and awaits it.
template <awaitable T>
task<task_result_t<T>> wrapped(T given) {
  co_return co_await static_cast<T&&>(given);
}

/// `given` itself if it is a task, else a task that awaits it.
template <awaitable T>
auto as_task(T&& given) {
  if constexpr (is_task<std::remove_cvref_t<T>>) {
    static_assert(!std::is_lvalue_reference_v<T>, "a task is awaited once: move it in");
    return std::remove_cvref_t<T>(std::forward<T>(given));
  } else {
    return wrapped<std::remove_cvref_t<T>>(std::forward<T>(given));
  }
}

template <class T>
using as_task_t = decltype(as_task(std::declval<T>()));

/// A callable that gives something awaitable when called with these arguments.
template <class Function, class... Args>
concept task_function =
    std::invocable<Function, Args...> && awaitable<std::invoke_result_t<Function, Args...>>;

// g++ 12 destroys a temporary closure twice when its captures have destructors and it stands in an expression
// with co_await (docs/traps/gcc12_closures.md). Nothing in a library can repair that, so it is refused.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool destroys_closures_twice = true;
#else
inline constexpr bool destroys_closures_twice = false;
#endif

/// A callable given as `Function&&` that is no temporary closure, or one that the compiler treats well. What
/// can be made from nothing is no closure with captures.
template <class Function>
inline constexpr bool is_safe_in_co_await =
    !destroys_closures_twice || std::is_lvalue_reference_v<Function> ||
    !std::is_class_v<std::remove_reference_t<Function>> ||
    std::is_trivially_destructible_v<std::remove_reference_t<Function>> ||
    std::is_default_constructible_v<std::remove_reference_t<Function>>;

template <class... Functions>
consteval void refuse_unsafe_closures() {
  static_assert(
      (is_safe_in_co_await<Functions> && ...),
      "g++ 12 destroys the captures of a lambda twice when the lambda is written inside a co_await "
      "expression: give it a name and pass that (auto body = [kept] { ... }; co_await with(r, body);), "
      "or capture by reference");
}

/// The same compiler does the same to a temporary aggregate, as in `co_await with(connection{url}, body)`.
template <class Argument>
inline constexpr bool is_safe_argument_in_co_await =
    !destroys_closures_twice || std::is_lvalue_reference_v<Argument> ||
    !std::is_aggregate_v<std::remove_reference_t<Argument>> ||
    std::is_trivially_destructible_v<std::remove_reference_t<Argument>>;

template <class... Arguments>
consteval void refuse_unsafe_arguments() {
  static_assert((is_safe_argument_in_co_await<Arguments> && ...),
                "g++ 12 destroys a temporary aggregate twice when it stands inside a co_await expression: "
                "give the type a constructor, or pass a variable");
}

/// A task that keeps a callable and its arguments until it ends, as std::thread does.
template <class Function, class... Args>
auto invoke_kept(Function function, Args... args)
    -> task<task_result_t<std::invoke_result_t<Function&, Args...>>> {
  co_return co_await function(std::move(args)...);
}

}  // namespace detail
}  // namespace overlap::asyncio
