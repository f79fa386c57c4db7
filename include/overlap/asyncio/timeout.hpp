// include/overlap/asyncio/timeout.hpp
//
// Time limits as scopes.
//
// Threads: the loop's thread only.
#pragma once

#include <source_location>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/scope_alarm.hpp>
#include <overlap/asyncio/detail/scope_resource.hpp>
#include <overlap/asyncio/with.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::asyncio {

/// A time limit for a body: `co_await with(timeout(3s), [&]() -> task<> { … })`.
///
/// When the limit passes, the body is stopped at its wait, its cleanup finished, and timeout_error thrown
/// by `with`. A body that ends by itself in the same turn keeps its value or error. If an outer scope is
/// cancelled too, its stop goes on outwards: of nested limits that pass at once only the outermost throws.
///
/// Python   asyncio.timeout
class timeout : public detail::scope_resource {
 public:
  /// `limit` counts from entering; zero or less stops the first wait; duration::infinite() never does.
  explicit timeout(duration limit, std::source_location place = std::source_location::current()) noexcept
      : limit_(limit), place_(place) {}
  timeout(timeout&& other) noexcept = default;
  ~timeout() override;

  /// The moment at which the limit passes, or never().
  [[nodiscard]] time_point when() const noexcept { return when_; }
  /// Moves the limit. Throws invalid_state_error before entering, after leaving and when it has passed.
  void reschedule(time_point when);
  /// The limit has passed while the body was inside.
  [[nodiscard]] bool expired() const noexcept { return expired_; }

  template <class T>
  using with_result = T;
  template <class T>
  static T without_value() {
    detail::unreachable_without_value();
  }

 protected:
  explicit timeout(time_point when, std::source_location place) noexcept
      : when_(when), place_(place), absolute_(true) {}

 private:
  void on_enter() override;
  bool on_body_end() override;
  void throw_errors() override;
  void arm();
  void expire();

  duration limit_;
  time_point when_ = time_point::never();
  std::source_location place_;
  detail::scope_alarm alarm_;
  bool absolute_ = false;
  bool expired_ = false;
  bool stopped_ = false;
};

/// The same with a moment of the loop's clock. Python: asyncio.timeout_at.
class timeout_at : public timeout {
 public:
  explicit timeout_at(time_point when, std::source_location place = std::source_location::current()) noexcept
      : timeout(when, place) {}
};

/// Awaits `given` for at most `limit`.
///
/// Zero or less never starts a task, and only takes what is done already from a handle or a future.
/// Cancelling or timing out stops a task that was given, and leaves one behind a handle alone.
///
/// Throws   timeout_error; else what `given` throws
/// Python   asyncio.wait_for
template <awaitable T>
task<detail::task_result_t<T>> wait_for(T given, duration limit) {
  if constexpr (detail::is_task<T>) {
    if (limit <= duration()) detail::throw_never_started();
  } else if constexpr (requires { given.done(); }) {
    // Not inside a scope that has expired: there even a wait for what is done would be stopped.
    if (limit <= duration() && given.done()) co_return co_await std::move(given);
  }
  co_return co_await with(timeout(limit), [&given] { return detail::as_task(std::move(given)); });
}

}  // namespace overlap::asyncio
