// include/overlap/asyncio/as_completed.hpp
//
// Tasks in the order in which they end.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. Each task is delivered once: to one waiter, or from the line of those that have ended.
//   2. A delivery that a cancelled waiter did not take stays in the line.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <overlap/asyncio/detail/task_watch.hpp>
#include <overlap/asyncio/wait.hpp>
#include <overlap/base/intrusive_list.hpp>

namespace overlap::asyncio {

struct as_completed_options {
  duration timeout = duration::infinite();  ///< for all together, from the call
};

namespace detail {

/// The part of as_completed that does not depend on the type of the handles.
class completion_line : timer, watch_set {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  completion_line(std::size_t count, as_completed_options options);
  completion_line(const completion_line&) = delete;
  completion_line& operator=(const completion_line&) = delete;

  /// A wait for the next end. Gives the index of the task, or none when all have been given out.
  class next_wait : waiter, intrusive_link<> {
   public:
    explicit next_wait(completion_line& line) noexcept : line_(&line) {}
    next_wait(const next_wait&) = delete;
    next_wait& operator=(const next_wait&) = delete;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      return wait_in(frame_of(handle));
    }

   protected:
    ~next_wait() = default;
    /// Throws timeout_error.
    std::size_t take() { return line_->take(); }

   private:
    friend completion_line;
    friend intrusive_list<next_wait>;
    bool wait_in(frame& awaiting);

    completion_line* line_;
  };

  /// How many have not been given out.
  [[nodiscard]] std::size_t left() const noexcept { return total_ - given_; }

 protected:
  ~completion_line() override;
  /// Called with 0, 1, … once each.
  void watch(const task_handle_base& handle, std::size_t at);

 private:
  void task_ended(std::size_t at, task_record& ended) override;
  [[nodiscard]] frame* awaiting() const noexcept override;
  void wake_all() noexcept;
  std::size_t take();

  loop_core* loop_;
  intrusive_list<next_wait> waiting_;
  std::vector<std::size_t> ended_;  // in the order of their ends
  std::size_t total_;
  std::size_t given_ = 0;
  std::size_t promised_ = 0;  // woken waiters that have not taken theirs yet
  bool has_expired_ = false;
};

}  // namespace detail

/// What as_completed returns: the tasks in the order of their ends, those that had ended before first.
template <class Handle>
class completion_order : detail::completion_line {
 public:
  completion_order(std::vector<Handle>&& handles, as_completed_options options)
      : completion_line(handles.size(), options), handles_(std::move(handles)) {
    for (std::size_t at = 0; at < handles_.size(); ++at) watch(handles_[at], at);
  }

  /// How many tasks have not been given yet.
  using completion_line::left;

  class handle_awaiter : public next_wait {
   public:
    explicit handle_awaiter(completion_order& order) noexcept : next_wait(order), order_(&order) {}
    std::optional<Handle> await_resume() {
      const std::size_t at = this->take();
      if (at == none) return std::nullopt;
      return order_->handles_[at];
    }

   private:
    completion_order* order_;
  };
  class result_awaiter : public next_wait {
   public:
    explicit result_awaiter(completion_order& order) noexcept : next_wait(order), order_(&order) {}
    auto await_resume() {
      const std::size_t at = this->take();
      if constexpr (requires(Handle& handle) { handle.result(); }) {
        return order_->handles_[at].result();
      } else {
        detail::require_value(detail::record_of(order_->handles_[at]));
      }
    }

   private:
    completion_order* order_;
  };

  struct [[nodiscard("nothing is waited for until this is awaited")]] handle_request {
    completion_order* order;
    handle_awaiter operator co_await() const noexcept { return handle_awaiter(*order); }
  };
  /// Awaited, it gives the value of the next task to end, or throws its error.
  struct [[nodiscard("nothing is waited for until this is awaited")]] result_request {
    completion_order* order;
    result_awaiter operator co_await() const noexcept { return result_awaiter(*order); }
  };

  /// Waits for the next end and gives that task's own handle; nothing when all have been given.
  ///
  ///   while (auto ended = co_await order.next()) use(ended->result());
  ///
  /// Throws        timeout_error when the limit has passed and nothing that had ended before is left
  /// Cancellation  stops the wait; the task that would have come comes next time
  handle_request next() noexcept { return handle_request{this}; }

  /// For `for (auto next : as_completed(handles)) use(co_await next);`, once for each task.
  class iterator {
   public:
    result_request operator*() const noexcept { return result_request{order_}; }
    iterator& operator++() noexcept {
      --left_;
      return *this;
    }
    friend bool operator==(const iterator& left, const iterator& right) noexcept {
      return left.left_ == right.left_;
    }

   private:
    friend completion_order;
    iterator(completion_order* order, std::size_t left) noexcept : order_(order), left_(left) {}
    completion_order* order_;
    std::size_t left_;
  };
  iterator begin() noexcept { return iterator(this, left()); }
  iterator end() noexcept { return iterator(this, 0); }

 private:
  std::vector<Handle> handles_;
};

/// The tasks of a range of handles (task_handle<T>, any_task) in the order in which they end, each once. No
/// task is cancelled, nor its error taken, by whatever happens here.
///
/// Throws   timeout_error, from an await, with how many are unfinished, when `timeout` has passed;
///          invalid_state_error outside of a loop
/// Cost     O(n log n) in all
/// Python   asyncio.as_completed, in both of its forms
template <class Range>
auto as_completed(Range&& handles, as_completed_options options = {}) {
  auto distinct = detail::distinct_handles(handles);
  return completion_order<typename decltype(distinct)::value_type>(std::move(distinct), options);
}

}  // namespace overlap::asyncio
