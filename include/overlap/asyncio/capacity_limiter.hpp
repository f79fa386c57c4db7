// include/overlap/asyncio/capacity_limiter.hpp
//
// A limit on how many may do something at once, that knows who does and can be changed.
//
// Threads: the loop's thread only, so there are no atomics.
//
// Invariants (of waiters: detail/waiting_line.hpp)
//   1. Waiters exist only while no token is available.
//   2. A borrower is in the book exactly while it holds a token or waits for one; it does either once.
//   3. borrowed_ counts those who hold one. It exceeds total_ only after the total was lowered.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <overlap/asyncio/detail/waiting_line.hpp>
#include <overlap/asyncio/task_handle.hpp>

namespace overlap::asyncio {

/// What a capacity_limiter is doing now.
struct capacity_limiter_statistics {
  std::size_t borrowed_tokens;
  std::size_t total_tokens;
  std::size_t tasks_waiting;
};

/// A number of tokens that tasks borrow, one each: how many downloads, threads or connections there may be at
/// once. Unlike a semaphore it knows its borrowers, so borrowing twice is an error and not a deadlock, and
/// its total can be changed while it is in use. First come, first served; nobody overtakes. It must outlive
/// its tokens and waiters.
///
/// Threads  the loop's thread, all members
/// Python   trio.CapacityLimiter, anyio.CapacityLimiter
class capacity_limiter {
 public:
  /// More than anybody borrows.
  static constexpr std::ptrdiff_t unlimited = PTRDIFF_MAX;

  /// Who borrows: a task, or any object, known by its address.
  class borrower {
   public:
    borrower(const void* object) noexcept : object_(object) {}  // NOLINT(google-explicit-constructor): a name
    borrower(const detail::task_handle_base& task) noexcept     // NOLINT(google-explicit-constructor): a name
        : task_(task.id()) {}
    friend bool operator==(const borrower&, const borrower&) noexcept = default;

   private:
    friend capacity_limiter;
    explicit borrower(const detail::task_record& task) noexcept : task_(task.id) {}
    const void* object_ = nullptr;
    std::uint64_t task_ = 0;  // ids are never used again, addresses are
  };

  /// One token. It goes back when this is destroyed or released, in whatever task.
  class [[nodiscard("the token goes back at once if it is not kept")]] token {
   public:
    token(token&& other) noexcept
        : limiter_(std::exchange(other.limiter_, nullptr)), holder_(other.holder_) {}
    token& operator=(token other) noexcept {
      std::swap(limiter_, other.limiter_);
      std::swap(holder_, other.holder_);
      return *this;
    }
    ~token() { release(); }

    /// Gives it back now. A second call does nothing.
    void release() noexcept {
      if (limiter_ != nullptr) std::exchange(limiter_, nullptr)->token_ends(holder_);
    }
    /// The borrower keeps it until somebody calls release_on_behalf_of() for it.
    void detach() noexcept { limiter_ = nullptr; }

   private:
    friend capacity_limiter;
    token(capacity_limiter& lender, const borrower& holder) noexcept : limiter_(&lender), holder_(holder) {}
    capacity_limiter* limiter_;
    borrower holder_;
  };

  /// `total`: how many tokens there are; 0 for none until set_total_tokens. Throws invalid_value_error if
  /// negative.
  explicit capacity_limiter(std::ptrdiff_t total);
  capacity_limiter(const capacity_limiter&) = delete;
  capacity_limiter& operator=(const capacity_limiter&) = delete;
  ~capacity_limiter();

  class acquire_awaiter : detail::line_waiter {
   public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      detail::frame& awaiting = detail::frame_of(handle);
      if (!holder_) holder_ = borrower(*awaiting.task);
      return limiter_.arrive(*this, awaiting);
    }
    token await_resume() const {
      if (refused != detail::refusal::none) [[unlikely]]
        detail::throw_refusal(refused);
      return token(limiter_, *holder_);
    }

   private:
    friend capacity_limiter;
    acquire_awaiter(capacity_limiter& lender, const std::optional<borrower>& holder) noexcept
        : limiter_(lender), holder_(holder) {}
    capacity_limiter& limiter_;
    std::optional<borrower> holder_;  // empty: the task that awaits this
  };

  /// A wish for a token, not yet in the line.
  class [[nodiscard("nothing is acquired until this is awaited")]] acquire_request {
   public:
    acquire_awaiter operator co_await() const noexcept { return acquire_awaiter(*limiter_, holder_); }

   private:
    friend capacity_limiter;
    acquire_request(capacity_limiter& lender, const std::optional<borrower>& holder) noexcept
        : limiter_(&lender), holder_(holder) {}
    capacity_limiter* limiter_;
    std::optional<borrower> holder_;
  };

  /// Waits for a token for the task that awaits this, and returns it.
  ///
  /// Throws        invalid_state_error  the borrower holds a token already, or waits for one
  /// Suspends      while none is available
  /// Cancellation  stops in a cancelled scope even when one is available. None is lost: one that was granted
  ///               in the same turn is delivered, and the stop comes at the next wait
  /// Cost          one entry in a hash map
  /// Python        CapacityLimiter.acquire, async with limiter
  acquire_request acquire() noexcept { return {*this, std::nullopt}; }
  /// The same for somebody else: a thread, a connection, another task.
  acquire_request acquire_on_behalf_of(borrower holder) noexcept { return {*this, holder}; }

  /// A token if one is available, else nothing. Never suspends, never overtakes a waiter. Throws as acquire()
  /// does; the first form also outside of a task. Python: acquire_nowait, acquire_on_behalf_of_nowait.
  [[nodiscard]] std::optional<token> try_acquire();
  [[nodiscard]] std::optional<token> try_acquire_on_behalf_of(borrower holder);

  /// Gives back a token that was detached. Throws invalid_state_error if the borrower holds none; the first
  /// form, for the running task, also outside of a task. Python: release, release_on_behalf_of.
  void release();
  void release_on_behalf_of(borrower holder);

  /// Changes the number of tokens. More of them go to the waiters at once, in order. If there are fewer than
  /// are borrowed, nobody loses his, and nobody gets one until enough have been given back. Throws
  /// invalid_value_error if negative. Python: CapacityLimiter.total_tokens.
  void set_total_tokens(std::ptrdiff_t total);

  [[nodiscard]] std::size_t total_tokens() const noexcept { return total_; }
  [[nodiscard]] std::size_t borrowed_tokens() const noexcept { return borrowed_; }
  /// 0 also while more are borrowed than there are.
  [[nodiscard]] std::size_t available_tokens() const noexcept {
    return borrowed_ < total_ ? total_ - borrowed_ : 0;
  }
  /// Whether the borrower holds a token.
  [[nodiscard]] bool lends_to(borrower holder) const noexcept;

  [[nodiscard]] capacity_limiter_statistics statistics() const noexcept {
    return {.borrowed_tokens = borrowed_, .total_tokens = total_, .tasks_waiting = waiting_.size()};
  }

 private:
  struct book;

  bool arrive(acquire_awaiter& arriving, detail::frame& awaiting);
  void token_ends(const borrower& holder) noexcept;
  bool give_back(const borrower& holder);
  void pass_on();

  book* book_;
  std::size_t total_;
  std::size_t borrowed_ = 0;
  detail::waiting_line waiting_;
};

}  // namespace overlap::asyncio
