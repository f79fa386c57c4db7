// include/overlap/futures/detail/fork.hpp
//
// A call that another worker may take over while its caller does something else: a place on the caller's
// stack, without allocation and future. What parallel_invoke, parallel_for and parallel_reduce are made of.
//
// Threads: a frame belongs to the worker that offers it, and to the one that takes it until it has ended.
//
// Invariants
//   1. Frames are taken back in the reverse order of their offers, or found to be taken by another worker.
//   2. The offering worker does not leave the frame's block before a taken frame has ended.
#pragma once

#include <cstdint>
#include <exception>

#include <overlap/base/detail/context_slot.hpp>

namespace overlap::futures::detail {

class executor_core;
class fork_worker;

/// The worker that this thread is, or null.
inline constinit thread_local fork_worker* this_fork_worker = nullptr;

struct fork_frame {
  explicit fork_frame(void (*function)(fork_worker&, fork_frame&)) noexcept
      : run(function), context(overlap::detail::active_context().values) {}
  fork_frame(const fork_frame&) = delete;
  fork_frame& operator=(const fork_frame&) = delete;

  void (*run)(fork_worker& worker, fork_frame& frame);  // may throw
  overlap::detail::context_map context;
  std::exception_ptr error;      // of the one who took it
  fork_worker* taker = nullptr;  // atomic in the .cpp
  std::uint32_t progress = 0;    // the same
};

/// What the helpers see of a pool's worker.
class fork_worker {
 public:
  explicit fork_worker(const executor_core& core) noexcept : core_(&core) {}
  fork_worker(const fork_worker&) = delete;
  fork_worker& operator=(const fork_worker&) = delete;

  [[nodiscard]] bool belongs_to(const executor_core& core) const noexcept { return core_ == &core; }

  /// Lets others take the frame. False: there is no room, so call it yourself.
  bool offer(fork_frame& frame) noexcept;
  /// The frame offered last. True: nobody has taken it, and nobody will.
  bool take_back() noexcept;
  /// For a frame that was taken: returns when it has ended, and helps its taker meanwhile.
  void wait_for(fork_frame& frame) noexcept;
  /// Whatever was offered has been taken: others may want more.
  [[nodiscard]] bool has_hungry_neighbours() const noexcept;

 protected:
  ~fork_worker() = default;

 private:
  const executor_core* core_;
};

/// Nanoseconds since some moment.
[[nodiscard]] std::int64_t monotonic_nanoseconds() noexcept;

}  // namespace overlap::futures::detail
