// include/overlap/asyncio/with.hpp
//
// Python's `async with`, for everything that has to be left by waiting, which no destructor can.
//
// Threads: the loop's thread only.
#pragma once

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/scope_resource.hpp>
#include <overlap/asyncio/finally.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio {

/// A resource of one's own for `with`: entering and leaving may suspend. `leave` runs on every path, shielded
/// from cancellation (see finally).
template <class T>
concept async_resource = requires(std::remove_cvref_t<T>& resource) {
  { resource.enter() } -> awaitable;
  { resource.leave() } -> awaitable;
};

/// What holds a resource until it is destroyed: what acquire() of a lock or a semaphore gives.
template <class T>
concept acquirable = requires(std::remove_cvref_t<T>& resource) {
  { resource.acquire() } -> awaitable;
  requires !std::is_void_v<await_result_t<decltype(resource.acquire())>>;
} && std::is_lvalue_reference_v<T>;

namespace detail {

template <class T>
concept scope_like = std::derived_from<std::remove_cvref_t<T>, scope_resource>;

/// Calls `body` with the resource, or without if it does not want it.
template <class Body, class Resource>
decltype(auto) call_body(Body& body, Resource& resource) {
  if constexpr (std::invocable<Body&, Resource&>) {
    return body(resource);
  } else {
    return body();
  }
}

template <class Body, class Resource>
using body_task_t = as_task_t<decltype(call_body(std::declval<Body&>(), std::declval<Resource&>()))>;

/// Kept by value if given as an rvalue, else borrowed.
template <class Resource>
using kept_t =
    std::conditional_t<std::is_lvalue_reference_v<Resource>, Resource, std::remove_cvref_t<Resource>>;

template <class Resource, class Body>
class scope_awaiter final : with_wait {
  using resource_type = std::remove_cvref_t<Resource>;
  using value_type = typename body_task_t<Body, resource_type>::value_type;
  using result_type = typename resource_type::template with_result<value_type>;

 public:
  scope_awaiter(kept_t<Resource>&& resource, Body&& body_function)
      : resource_(static_cast<kept_t<Resource>&&>(resource)), function_(std::move(body_function)) {}
  scope_awaiter(const scope_awaiter&) = delete;
  scope_awaiter& operator=(const scope_awaiter&) = delete;
  ~scope_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(frame_of(handle), resource_);
  }
  result_type await_resume() {
    if (!settle(resource_)) return resource_type::template without_value<value_type>();
    if constexpr (std::is_void_v<value_type>) {
      return;
    } else if constexpr (std::is_pointer_v<result_type> && std::is_reference_v<value_type>) {
      return &static_cast<task_promise<value_type>*>(body.promise)->value.take();
    } else {
      return result_type(static_cast<task_promise<value_type>*>(body.promise)->value.take());
    }
  }

 private:
  promise_base& make_body() override { return as_task(call_body(function_, resource_)).release_promise(); }

  kept_t<Resource> resource_;
  Body function_;
};

/// Not an awaiter yet: it may be moved, and is entered when awaited.
template <class Resource, class Body>
class [[nodiscard("nothing is entered until this is awaited")]] with_scope {
 public:
  with_scope(kept_t<Resource>&& resource, Body&& body)
      : resource_(static_cast<kept_t<Resource>&&>(resource)), body_(std::move(body)) {}
  scope_awaiter<Resource, Body> operator co_await() && {
    return scope_awaiter<Resource, Body>(static_cast<kept_t<Resource>&&>(resource_), std::move(body_));
  }

 private:
  kept_t<Resource> resource_;
  Body body_;
};

template <class Resource, class Body>
auto with_resource(kept_t<Resource> resource, Body body)
    -> task<typename body_task_t<Body, std::remove_reference_t<Resource>>::value_type> {
  co_await resource.enter();
  co_return co_await finally([&] { return as_task(call_body(body, resource)); },
                             [&] { return as_task(resource.leave()); });
}

template <class Resource, class Body>
auto with_acquired(Resource& resource, Body body) -> task<typename body_task_t<Body, Resource>::value_type> {
  [[maybe_unused]] const auto held = co_await resource.acquire();
  co_return co_await as_task(call_body(body, resource));
}

/// `with`, for bodies that are no temporaries of the user's.
template <scope_like Resource, class Body>
auto enter_with(Resource&& resource, Body body) {
  return with_scope<Resource, Body>(std::forward<Resource>(resource), std::move(body));
}
template <async_resource Resource, class Body>
auto enter_with(Resource&& resource, Body body) {
  return with_resource<Resource, Body>(std::forward<Resource>(resource), std::move(body));
}
template <acquirable Resource, class Body>
auto enter_with(Resource&& resource, Body body) {
  return with_acquired<std::remove_reference_t<Resource>, Body>(resource, std::move(body));
}

}  // namespace detail

/// Enters `resource`, runs `body(resource)` (or `body()`), and leaves the resource on every path: value,
/// error, cancellation. Gives the body's value.
///
/// The resource is a `task_group()`, `timeout(3s)`, `timeout_at(when)`, `cancel_scope()`, a lock, a
/// semaphore (anything whose `acquire()` gives what holds it), or anything with `enter()` and `leave()` that
/// return awaitables. An rvalue is moved in and lives until it is left; an
/// lvalue is borrowed. `body` is kept too, so capturing by reference is safe: the caller waits.
///
/// Returns       the body's value, as the resource passes it on
/// Throws        the body's error, or what the resource makes of it (exception_group, timeout_error)
/// Suspends      when entering, the body or leaving does
/// Cancellation  stops the body and whatever runs inside; leaving is finished before the stop goes on
/// Python        async with resource: …
template <class Resource, class Body>
  requires detail::scope_like<Resource> || async_resource<Resource> || acquirable<Resource>
auto with(Resource&& resource, Body&& body) {
  detail::refuse_unsafe_closures<Body>();
  detail::refuse_unsafe_arguments<Resource>();
  return detail::enter_with(std::forward<Resource>(resource), std::decay_t<Body>(std::forward<Body>(body)));
}

namespace detail {

template <class First, class Second, class Body>
auto with_both(First&& first, Second&& second, Body body) {
  return enter_with(std::forward<First>(first),
                    [inner = std::tuple<kept_t<Second>>(std::forward<Second>(second)),
                     kept = std::move(body)](std::remove_reference_t<First>& outer_resource) mutable {
                      return enter_with(static_cast<kept_t<Second>&&>(std::get<0>(inner)),
                                        [&](std::remove_reference_t<Second>& inner_resource) {
                                          if constexpr (std::invocable<Body&, std::remove_reference_t<First>&,
                                                                       std::remove_reference_t<Second>&>) {
                                            return kept(outer_resource, inner_resource);
                                          } else {
                                            return kept();
                                          }
                                        });
                    });
}

}  // namespace detail

/// Several resources, entered in order and left in reverse order on every path.
template <class First, class Second, class Body>
auto with(First&& first, Second&& second, Body&& body) {
  detail::refuse_unsafe_closures<Body>();
  detail::refuse_unsafe_arguments<First, Second>();
  return detail::with_both(std::forward<First>(first), std::forward<Second>(second),
                           std::decay_t<Body>(std::forward<Body>(body)));
}

template <class First, class Second, class Third, class Body>
auto with(First&& first, Second&& second, Third&& third, Body&& body) {
  detail::refuse_unsafe_closures<Body>();
  detail::refuse_unsafe_arguments<First, Second, Third>();
  return detail::enter_with(
      std::forward<First>(first), [two = std::tuple<detail::kept_t<Second>, detail::kept_t<Third>>(
                                       std::forward<Second>(second), std::forward<Third>(third)),
                                   kept = std::move(body)](std::remove_reference_t<First>& one) mutable {
        return with(static_cast<detail::kept_t<Second>&&>(std::get<0>(two)),
                    static_cast<detail::kept_t<Third>&&>(std::get<1>(two)),
                    [&](auto& second_resource, auto& third_resource) {
                      if constexpr (std::invocable<Body&, std::remove_reference_t<First>&,
                                                   std::remove_reference_t<Second>&,
                                                   std::remove_reference_t<Third>&>) {
                        return kept(one, second_resource, third_resource);
                      } else {
                        return kept();
                      }
                    });
      });
}

}  // namespace overlap::asyncio
