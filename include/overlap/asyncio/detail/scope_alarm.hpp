// include/overlap/asyncio/detail/scope_alarm.hpp
//
// The timer of a scope that has a deadline.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. It is on the clock only while its scope is entered: whoever leaves the scope clears it.
#pragma once

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::asyncio::detail {

class scope_alarm : timer {
 public:
  scope_alarm() noexcept = default;
  scope_alarm(scope_alarm&&) noexcept {}  // scopes move only before they are entered
  scope_alarm& operator=(scope_alarm&&) = delete;

  /// Calls `passed(owner)` at `when`: inside this call if that has passed already, never if it is never().
  void set(loop_core& loop, time_point when, void* owner, void (*passed)(void* owner));
  void clear(loop_core& loop) noexcept;

 private:
  void* owner_ = nullptr;
  void (*passed_)(void*) = nullptr;
};

}  // namespace overlap::asyncio::detail
