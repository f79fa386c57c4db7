// include/overlap/threading/wait_limit.hpp
//
// How long a call may block: until a time-out, until a stop token is asked to stop, or until either.
//
// Threads: a value for one call; no shared state.
//
// Invariants
//   1. It borrows the stop token, so it is a parameter of a call and is never kept.
#pragma once

#include <concepts>

#include <overlap/base/duration.hpp>
#include <overlap/threading/detail/stop_control.hpp>

namespace overlap::threading {

/// The last parameter of every call of threading and queue that may block. Whatever says when to give up
/// converts to it:
///
///   ready.wait();                     // no limit
///   ready.wait(100ms);                // a time-out; zero or less only looks
///   ready.wait(token);                // a std::stop_token: ends as soon as somebody requests a stop
///   ready.wait({100ms, token});       // whichever comes first
///
/// Completion wins: what is there when the limit comes is taken, so a call that gives up has done nothing.
/// Time is the monotonic clock's.
///
/// Cost     a stop token costs something only when the call has to block: one callback in the stop state
/// Python   the parameters blocking and timeout
class wait_limit {
 public:
  /// No limit.
  constexpr wait_limit() noexcept = default;
  constexpr wait_limit(duration timeout) noexcept : timeout_(timeout) {}  // NOLINT: a limit is a duration
  template <overlap::detail::chrono_duration Chrono>
  constexpr wait_limit(const Chrono& timeout) : timeout_(timeout) {}  // NOLINT: as above

  /// `token` is only referred to: it outlives the call, as every argument does.
  template <class Token>
    requires(detail::is_standard_stop_token<Token>())
  constexpr wait_limit(const Token& token) noexcept : token_(&token) {}  // NOLINT: or a token
  template <class Token>
    requires(detail::is_standard_stop_token<Token>())
  constexpr wait_limit(duration timeout, const Token& token) noexcept : timeout_(timeout), token_(&token) {}

  /// What a function gets whose first parameter is `auto`, in the place of a token.
  wait_limit(const detail::stop_handle& stop) noexcept : control_(&stop.control()) {}  // NOLINT: as above
  wait_limit(duration timeout, const detail::stop_handle& stop) noexcept
      : timeout_(timeout), control_(&stop.control()) {}

  /// infinite(): none.
  [[nodiscard]] constexpr duration timeout() const noexcept { return timeout_; }
  [[nodiscard]] constexpr bool has_stop_token() const noexcept {
    return token_ != nullptr || control_ != nullptr;
  }
  constexpr void set_timeout(duration timeout) noexcept { timeout_ = timeout; }
  /// False if there is no token.
  [[nodiscard]] bool stop_requested() const noexcept;

 private:
  friend class detail::monitor_lock;

  duration timeout_ = duration::infinite();
  const void* token_ = nullptr;  // a std::stop_token
  const detail::stop_control* control_ = nullptr;
};

}  // namespace overlap::threading
