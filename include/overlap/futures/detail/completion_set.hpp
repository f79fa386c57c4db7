// include/overlap/futures/detail/completion_set.hpp
//
// Futures of any types, given back in the order in which they are done: what wait, as_completed and unordered
// map are made of.
//
// Threads: the set belongs to one thread at a time; the futures may be completed by any.
//
// Invariants
//   1. The set is one owner of each state from add() until next() has given it back.
#pragma once

#include <cstddef>
#include <utility>

#include <overlap/base/time_point.hpp>
#include <overlap/futures/detail/future_state.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::futures::detail {

class completion_set {
 public:
  completion_set();
  completion_set(completion_set&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
  completion_set& operator=(completion_set&& other) noexcept {
    std::swap(body_, other.body_);
    return *this;
  }
  ~completion_set();

  /// Takes over an owner. Those done already are given back first, in the order they were added.
  void add(future_state_base& state);
  /// The same, unless the state was added before: false, and that owner is dropped.
  bool add_once(future_state_base& state);

  /// How many have been added and not given back.
  [[nodiscard]] std::size_t size() const noexcept;

  /// The next one that is done, with its owner. Blocks; null when `until` has come or the set is empty. On a
  /// pool's worker it runs jobs of that pool that are waited for.
  [[nodiscard]] future_state_base* next(time_point until);

  /// Done as soon as next() would not block.
  [[nodiscard]] future<void> readiness();

  /// Cancels what has not begun and asks the rest to stop.
  void cancel_all() noexcept;

 private:
  struct body;
  body* body_;
};

/// The moment that is `timeout` from now; infinite is never.
[[nodiscard]] time_point moment_after(duration timeout) noexcept;

/// How long it is until then: zero if it has come, infinite for never.
[[nodiscard]] duration duration_until(time_point until) noexcept;

/// Throws the timeout_error "2 (of 4) futures unfinished".
[[noreturn]] void throw_unfinished(std::size_t unfinished, std::size_t all);

}  // namespace overlap::futures::detail
