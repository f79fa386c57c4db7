// include/overlap/threading/barrier.hpp
//
// A place where threads wait for each other.
//
// Threads: any, all members.
//
// Invariants
//   1. Fewer than `parties` threads wait. The last one lets all go, and the next round begins at once.
//   2. Nobody waits at a broken barrier.
//   3. Nobody arrives while the action runs: the round is not over, and has no room.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <overlap/base/duration.hpp>
#include <overlap/base/intrusive_list.hpp>
#include <overlap/threading/detail/monitor.hpp>
#include <overlap/threading/errors.hpp>

namespace overlap::threading {

namespace detail {

/// What the last one does before all go on.
class barrier_action {
 public:
  barrier_action() = default;
  barrier_action(const barrier_action&) = delete;
  barrier_action& operator=(const barrier_action&) = delete;
  virtual ~barrier_action() = default;
  virtual void call() = 0;
};

template <class Function>
class barrier_action_of final : public barrier_action {
 public:
  template <class Given>
  explicit barrier_action_of(Given&& function) : function_(std::forward<Given>(function)) {}
  void call() override { static_cast<void>(function_()); }

 private:
  Function function_;
};

/// A thread at the barrier.
struct barrier_waiter : intrusive_link<> {
  enum class fate { waits, passes, is_sent_away };
  fate of_it = fate::waits;
};

}  // namespace detail

/// Lets threads go on only when a given number of them has arrived, round after round. When one of them
/// cannot come, the others do not wait for ever: whoever leaves early breaks it for all.
///
/// Without time-outs, abort() and stop tokens std::barrier does the same for less.
///
/// Python   threading.Barrier
class barrier {
 public:
  /// Parameters
  ///   parties   how many have to arrive
  ///   action    called in each round by the last one to arrive, before any goes on. If it throws, that one
  ///             throws so, and the barrier is broken.
  ///   timeout   of every wait() that has no limit of its own
  /// Throws      invalid_value_error if parties is less than one
  explicit barrier(std::ptrdiff_t parties, duration timeout = duration::infinite())
      : barrier(parties, nullptr, timeout) {}
  template <class Action>
    requires std::is_invocable_v<std::decay_t<Action>&>
  barrier(std::ptrdiff_t parties, Action&& action, duration timeout = duration::infinite())
      : barrier(parties, new detail::barrier_action_of<std::decay_t<Action>>(std::forward<Action>(action)),
                timeout) {}
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;
  ~barrier();

  /// Waits until all have arrived.
  ///
  /// Returns   a number of its own for each: 0 for the first to arrive, up to parties() - 1 for the last
  /// Throws    broken_barrier_error  it was broken before, or is now: by abort(), by reset(), by another
  /// thread
  ///           that left, or because the time is over; stopped_error by its stop token. Whoever leaves so
  ///           breaks the barrier. What the action throws
  /// Python    Barrier.wait(timeout)
  std::size_t wait() { return wait(timeout_); }
  std::size_t wait(wait_limit limit);

  /// Sends those who wait away with broken_barrier_error and begins anew, also when it was broken. Python:
  /// Barrier.reset.
  void reset();

  /// Sends those who wait, and whoever comes until reset(), away with broken_barrier_error: for the thread
  /// that cannot come. Python: Barrier.abort.
  void abort();

  /// Python: Barrier.parties, n_waiting, broken.
  [[nodiscard]] std::size_t parties() const noexcept { return parties_; }
  [[nodiscard]] std::size_t n_waiting() const noexcept;
  [[nodiscard]] bool broken() const noexcept;

 private:
  barrier(std::ptrdiff_t parties, detail::barrier_action* action, duration timeout);

  std::size_t let_all_go(detail::monitor_lock& held);
  void end_round(detail::barrier_waiter::fate how) noexcept;
  void break_it() noexcept;

  const std::size_t parties_;
  const duration timeout_;
  detail::barrier_action* const action_;
  mutable detail::mutex mutex_;
  detail::condition_place changed_;
  intrusive_list<detail::barrier_waiter> line_;
  std::size_t waiting_ = 0;
  bool is_acting_ = false;
  bool is_interrupted_ = false;  // reset() or abort() came while the action ran
  bool is_broken_ = false;
};

}  // namespace overlap::threading
