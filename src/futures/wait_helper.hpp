// src/futures/wait_helper.hpp
//
// What a pool's worker does instead of sleeping at once when it waits for a future. A thread that is no
// worker has no helper.
//
// Threads: a helper belongs to its worker's thread.
#pragma once

#include <overlap/futures/detail/future_state.hpp>

namespace overlap::futures::detail {

class wait_helper {
 public:
  /// The work of `state` goes through this worker's pool.
  [[nodiscard]] virtual bool owns(const future_state_base& state) const noexcept = 0;

  /// Runs one job that the wait for `state` needs or allows. False: there is none.
  /// `only_awaited`: nothing but the job of `state` itself, because the wait has a time limit.
  virtual bool help(future_state_base& state, bool only_awaited) = 0;

  /// Around a sleep without a time limit. Throws deadlock_error if `state` can never be done because its job
  /// waits, directly or not, for a job of this thread.
  virtual void enter_sleep(future_state_base& state, code_place place) = 0;
  virtual void leave_sleep() noexcept = 0;

  /// The job that has just ended calls its done callbacks now: they may take long.
  virtual void enter_callbacks() noexcept = 0;

 protected:
  ~wait_helper() = default;
};

/// The helper of this thread, or null.
inline constinit thread_local wait_helper* current_wait_helper = nullptr;

}  // namespace overlap::futures::detail
