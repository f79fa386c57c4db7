// include/overlap/asyncio/cancel_scope.hpp
//
// A stretch of code that can be cancelled as a whole, and the one that cannot.
//
// Threads: the loop's thread only.
#pragma once

#include <optional>
#include <source_location>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/scope_alarm.hpp>
#include <overlap/asyncio/detail/scope_resource.hpp>
#include <overlap/asyncio/with.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::asyncio {

/// How a cancel_scope is made.
struct cancel_scope_options {
  time_point deadline = time_point::never();  ///< on the loop's clock: cancelled then
  bool shield = false;                        ///< outer cancellations do not reach the body
};

/// A body that can be cancelled from inside or by other tasks:
/// `co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> { … scope.cancel("enough"); … })`.
///
/// Cancelling is sticky: every wait inside stops, from now on. The stop ends at this scope, and `with` gives
/// an empty optional (nothing, for a body without a value).
///
/// Python   trio.CancelScope
class cancel_scope : public detail::scope_resource {
 public:
  explicit cancel_scope(cancel_scope_options options = {},
                        std::source_location place = std::source_location::current()) noexcept
      : options_(options), place_(place) {}
  cancel_scope(cancel_scope&&) noexcept = default;
  ~cancel_scope() override = default;

  /// Cancels the body. Before entering: it is cancelled as soon as it is entered. After leaving: nothing.
  void cancel(shared_text reason = {}, std::source_location place = std::source_location::current());
  [[nodiscard]] bool cancel_called() const noexcept { return called_; }
  /// The body was stopped by this scope, and the stop ended here.
  [[nodiscard]] bool cancelled_caught() const noexcept { return caught_; }

  /// When the scope cancels itself, or never().
  [[nodiscard]] time_point deadline() const noexcept { return options_.deadline; }
  /// Moves the deadline. No effect once the scope is cancelled or left.
  void set_deadline(time_point deadline);
  /// Outer cancellations do not reach the body.
  [[nodiscard]] bool shield() const noexcept { return options_.shield; }

  template <class T>
  using with_result = detail::optional_of<T>;
  template <class T>
  static with_result<T> without_value() {
    return with_result<T>();
  }

 protected:
  /// For those whose deadline counts from entering.
  cancel_scope(duration limit, std::source_location place) noexcept : limit_(limit), place_(place) {}

 private:
  void on_enter() override;
  bool on_body_end() override;
  void throw_errors() override;
  void arm();

  cancel_scope_options options_;
  duration limit_ = duration::infinite();
  detail::scope_alarm alarm_;
  shared_text reason_;
  std::source_location place_;
  bool called_ = false;
  bool caught_ = false;
};

/// A cancel_scope that cancels itself after `limit`, counted from entering: what takes longer is left out.
///
///   auto page = co_await with(move_on_after(2s), [&] { return fetch(url); });  // an optional
///
/// Unlike timeout it throws nothing.
///
/// Python   trio.move_on_after
class move_on_after : public cancel_scope {
 public:
  explicit move_on_after(duration limit,
                         std::source_location place = std::source_location::current()) noexcept
      : cancel_scope(limit, place) {}
};

/// The same with a moment of the loop's clock. Python: trio.move_on_at.
class move_on_at : public cancel_scope {
 public:
  explicit move_on_at(time_point deadline,
                      std::source_location place = std::source_location::current()) noexcept
      : cancel_scope(cancel_scope_options{.deadline = deadline}, place) {}
};

namespace detail {

/// A scope that outer cancellations do not reach, without a handle to it.
class shield_scope : public scope_resource {
 public:
  template <class T>
  using with_result = T;
  template <class T>
  static T without_value() {
    unreachable_without_value();
  }

 private:
  void on_enter() override;
};

}  // namespace detail

/// Awaits `given` and lets no cancellation reach it. The caller's own cancellation waits until it is done:
/// the value is delivered, and the stop comes at the next wait. Python leaves the inner task running
/// alone instead, where its errors get lost.
///
/// Python   asyncio.shield
template <awaitable T>
task<detail::task_result_t<T>> shield(T given) {
  co_return co_await with(detail::shield_scope(), [&given] { return detail::as_task(std::move(given)); });
}

}  // namespace overlap::asyncio
