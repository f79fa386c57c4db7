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
#include <overlap/asyncio/detail/scope_resource.hpp>
#include <overlap/asyncio/with.hpp>

namespace overlap::asyncio {

/// A body that can be cancelled from inside or by other tasks:
/// `co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> { … scope.cancel("enough"); … })`.
///
/// Cancelling is sticky: every wait inside stops, from now on. The stop ends at this scope, and `with` gives
/// an empty optional (nothing, for a body without a value).
///
/// Python   trio.CancelScope
class cancel_scope : public detail::scope_resource {
 public:
  cancel_scope() noexcept = default;
  cancel_scope(cancel_scope&&) noexcept = default;

  /// Cancels the body. Before entering: it is cancelled as soon as it is entered. After leaving: nothing.
  void cancel(shared_text reason = {}, std::source_location place = std::source_location::current());
  [[nodiscard]] bool cancel_called() const noexcept { return called_; }
  /// The body was stopped by this scope, and the stop ended here.
  [[nodiscard]] bool cancelled_caught() const noexcept { return caught_; }

  template <class T>
  using with_result = detail::optional_of<T>;
  template <class T>
  static with_result<T> without_value() {
    return with_result<T>();
  }

 private:
  void on_enter() override;
  void throw_errors() override;

  shared_text reason_;
  std::source_location place_;
  bool called_ = false;
  bool caught_ = false;
};

namespace detail {

/// A scope that outer cancellations do not reach.
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
