// include/overlap/asyncio/senders.hpp
//
// The bridge to C++26's std::execution, in both directions, by the shape of its senders and receivers alone:
// it works with the standard's, with stdexec's and with hand-written ones. Not part of <overlap/asyncio.hpp>.
//
// Threads: tasks are started and awaited on their loop's thread; a foreign sender may complete on any.
//
// Invariants
//   1. An operation completes exactly once, in one of three ways: value, error, stopped.
//   2. A sender that is awaited has completed before its operation is destroyed, also if the waiting task is
//      cancelled: it is asked to stop, and awaited.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/create_task.hpp>
#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/result_slot.hpp>
#include <overlap/asyncio/task.hpp>
#include <overlap/asyncio/task_handle.hpp>
#include <overlap/base/error.hpp>

#if __has_include(<stdexec/execution.hpp>)
#  include <stdexec/execution.hpp>
#  define OVERLAP_STOP_TOKEN_QUERY ::stdexec::get_stop_token_t
#elif defined(__cpp_lib_senders)
#  include <execution>
#  define OVERLAP_STOP_TOKEN_QUERY ::std::get_stop_token_t
#endif

namespace overlap::asyncio {

namespace detail {

/// What `connect(task, receiver)` gives: the task starts with start(), on the loop of that thread.
template <class T, class Receiver>
class task_operation {
 public:
  using operation_state_concept = void;

  task_operation(task<T>&& body, Receiver&& receiver)
      : body_(std::move(body)), receiver_(std::move(receiver)) {}
  task_operation(const task_operation&) = delete;
  task_operation& operator=(const task_operation&) = delete;
  ~task_operation() = default;

  void start() noexcept {
    try {
      create_task(std::move(body_)).add_done_callback([this](const task_handle<T>& ended) {
        deliver(ended);
      });
    } catch (...) {
      std::move(receiver_).set_error(std::current_exception());
    }
  }

 private:
  // May destroy this operation: the receiver says when it is no longer needed.
  void deliver(const task_handle<T>& ended) noexcept {
    if (ended.cancelled()) return std::move(receiver_).set_stopped();
    if (std::exception_ptr error = ended.exception()) return std::move(receiver_).set_error(std::move(error));
    if constexpr (std::is_void_v<T>) {
      std::move(receiver_).set_value();
    } else {
      std::move(receiver_).set_value(task_handle<T>(ended).result());
    }
  }

  task<T> body_;
  Receiver receiver_;
};

/// The wait for a foreign sender, less its value.
class sender_wait : waiter {
 public:
  sender_wait() noexcept = default;
  sender_wait(const sender_wait&) = delete;
  sender_wait& operator=(const sender_wait&) = delete;

 protected:
  ~sender_wait() = default;

  /// False: the scope is cancelled, and the operation must not be started.
  bool begin(frame& awaiting);
  /// The operation has ended. Threads: any; the last thing that is done with this object there.
  void complete() noexcept;
  /// Throws the error, or cancelled_error if it stopped by itself.
  void require_value() const;

  std::stop_source stop_;
  std::exception_ptr error_;
  bool is_stopped_ = false;

 private:
  struct arrival_node : ready_node {
    sender_wait* owner = nullptr;
  };
  static bool withdraw_sender(waiter* leaf) noexcept;
  static void arrive(ready_node* node);

  arrival_node arrival_;
};

template <class T, class Sender>
class sender_awaiter final : sender_wait {
  struct environment {
    sender_awaiter* owner;
#ifdef OVERLAP_STOP_TOKEN_QUERY
    std::stop_token query(OVERLAP_STOP_TOKEN_QUERY) const noexcept { return owner->stop_.get_token(); }
#endif
    /// For those who ask without the standard's query.
    [[nodiscard]] std::stop_token get_stop_token() const noexcept { return owner->stop_.get_token(); }
  };

  struct receiver {
#if defined(__cpp_lib_senders)
    using receiver_concept = std::execution::receiver_t;
#elif defined(OVERLAP_STOP_TOKEN_QUERY)
    using receiver_concept = stdexec::receiver_t;
#endif
    sender_awaiter* owner;

    template <class... Values>
    void set_value(Values&&... values) noexcept {
      try {
        owner->value_.emplace(std::forward<Values>(values)...);
      } catch (...) {
        owner->error_ = std::current_exception();
      }
      owner->complete();
    }
    template <class Error>
    void set_error(Error&& error) noexcept {
      if constexpr (std::same_as<std::remove_cvref_t<Error>, std::exception_ptr>) {
        owner->error_ = std::forward<Error>(error);
      } else {
        owner->error_ = std::make_exception_ptr(std::forward<Error>(error));
      }
      owner->complete();
    }
    void set_stopped() noexcept {
      owner->is_stopped_ = true;
      owner->complete();
    }
    [[nodiscard]] environment get_env() const noexcept { return {owner}; }
  };

  using operation = decltype(std::declval<Sender>().connect(std::declval<receiver>()));

 public:
  explicit sender_awaiter(Sender&& sender) : operation_(std::move(sender).connect(receiver{this})) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    if (begin(frame_of(handle))) operation_.start();
  }
  T await_resume() {
    require_value();
    return value_.take();
  }

 private:
  result_slot<T> value_;
  operation operation_;
};

/// A sender that has not been connected.
template <class T, class Sender>
class [[nodiscard("nothing is started until this is awaited")]] sender_request {
 public:
  explicit sender_request(Sender&& sender) : sender_(std::move(sender)) {}
  sender_awaiter<T, Sender> operator co_await() && { return sender_awaiter<T, Sender>(std::move(sender_)); }

 private:
  Sender sender_;
};

}  // namespace detail

/// Awaits a sender of std::execution, which completes with one value of type T (or, for void, with none):
/// `int answer = co_await from_sender<int>(std::move(sender));`
///
/// Returns       the value
/// Throws        its error (an error that is no exception is thrown as it is); cancelled_error if the sender
///               stopped by itself
/// Suspends      always
/// Cancellation  asks the sender to stop through the stop token of its receiver, and waits for its end; a
/// value
///               that comes all the same is delivered, and the stop comes at the next wait
/// Threads       the sender may complete on any
template <class T = void, class Sender>
detail::sender_request<T, std::decay_t<Sender>> from_sender(Sender&& sender) {
  return detail::sender_request<T, std::decay_t<Sender>>(std::decay_t<Sender>(std::forward<Sender>(sender)));
}

}  // namespace overlap::asyncio
