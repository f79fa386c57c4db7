// include/overlap/testing/sequencer.hpp
//
// Makes steps of several tasks happen in the order that a test wants.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. At most one turn is held, that of position next_. Positions below next_ have been used.
//   2. No two waiters have the same position, and none has a position below next_.
//   3. A broken sequencer has no waiters, and lets nobody in.
#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/intrusive_list.hpp>

namespace overlap::testing {

/// Lets tasks go on in the order of numbers, from 0 on, whatever order they come in:
///
///   sequencer step;
///   const auto writer = [&]() -> task<> {
///     { auto turn = co_await step(0); co_await write("a"); }  // the turn lasts until the end of the block
///     co_await step(2);                                       // or until the next wait
///     …
///   };
///   const auto reader = [&]() -> task<> { co_await step(1); … };
///
/// A sequencer must outlive its turns and waiters.
///
/// Threads  the loop's thread, all members
/// Python   trio.testing.Sequencer
class sequencer {
 public:
  /// The right to be at one position. When it is destroyed, the next position may be entered.
  class turn {
   public:
    turn(turn&& other) noexcept : sequencer_(std::exchange(other.sequencer_, nullptr)) {}
    turn& operator=(turn other) noexcept {
      std::swap(sequencer_, other.sequencer_);
      return *this;
    }
    ~turn() {
      if (sequencer_ != nullptr) sequencer_->pass_on();
    }

   private:
    friend sequencer;
    explicit turn(sequencer& owner) noexcept : sequencer_(&owner) {}
    sequencer* sequencer_;
  };

  sequencer() = default;
  sequencer(const sequencer&) = delete;
  sequencer& operator=(const sequencer&) = delete;
  ~sequencer();

  class turn_awaiter : asyncio::detail::waiter, intrusive_link<> {
   public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      return sequencer_.enter(*this, asyncio::detail::frame_of(handle));
    }
    turn await_resume() {
      if (was_broken_) throw_broken();
      return turn(sequencer_);
    }

   private:
    friend sequencer;
    friend intrusive_list<turn_awaiter>;
    turn_awaiter(sequencer& owner, std::size_t position) noexcept : sequencer_(owner), position_(position) {}

    sequencer& sequencer_;
    std::size_t position_;
    bool was_broken_ = false;
  };

  struct [[nodiscard("there is no order until this is awaited")]] turn_request {
    sequencer& owner;
    std::size_t position;
    turn_awaiter operator co_await() const noexcept { return turn_awaiter(owner, position); }
  };

  /// Waits until all lower positions have been entered and left.
  ///
  /// Returns       the turn; not kept, it ends at once, and the others go on when this task next waits
  /// Throws        invalid_state_error  the position was used before, or the order cannot be kept any more
  ///               because somebody was cancelled at a position
  /// Suspends      unless it is this position's turn
  /// Cancellation  breaks the sequencer: those who wait and those who come get an error, and do not hang
  turn_request operator()(std::size_t position) noexcept { return {*this, position}; }

 private:
  bool enter(turn_awaiter& entering, asyncio::detail::frame& awaiting);
  void pass_on() noexcept;
  void break_order() noexcept;
  [[noreturn]] static void throw_broken();

  std::size_t next_ = 0;
  bool is_held_ = false;
  bool is_broken_ = false;
  intrusive_list<turn_awaiter> waiting_;
};

}  // namespace overlap::testing
