// include/overlap/futures/senders.hpp
//
// Executors for code in the style of C++26's std::execution: a scheduler, by its shape alone, so that it
// works with the standard's algorithms, with stdexec's and with hand-written ones. Not part of
// <overlap/futures.hpp>.
//
// Threads: a scheduler may be used on any thread; operations complete on a worker of the executor.
//
// Invariants
//   1. An operation completes exactly once: on a worker with a value, or wherever it turns out that no worker
//      will run it.
#pragma once

#include <exception>
#include <utility>

#include <overlap/futures/basic_executor.hpp>

#if __has_include(<stdexec/execution.hpp>)
#  include <stdexec/execution.hpp>
#  define OVERLAP_EXECUTION ::stdexec
#elif defined(__cpp_lib_senders)
#  include <execution>
#  define OVERLAP_EXECUTION ::std::execution
#endif

namespace overlap::futures {

namespace detail {

template <class Receiver>
class schedule_operation {
 public:
#ifdef OVERLAP_EXECUTION
  using operation_state_concept = OVERLAP_EXECUTION::operation_state_t;
#endif

  schedule_operation(core_user core, Receiver&& receiver)
      : core_(std::move(core)), receiver_(std::move(receiver)) {}
  schedule_operation(const schedule_operation&) = delete;
  schedule_operation& operator=(const schedule_operation&) = delete;
  ~schedule_operation() = default;

  void start() noexcept {
    const core_user core = core_;  // this operation may be gone before submit_to returns
    try {
      core->require_open();
    } catch (...) {
      return std::move(receiver_).set_error(std::current_exception());
    }
    try {
      static_cast<void>(submit_to(*core.get(), turn(*this)));
    } catch (...) {
      // It refuses since just now, or there is no memory: the turn was dropped, which has said so.
    }
  }

 private:
  // The function that is submitted. Dropped without having been called, it says that too.
  class turn {
   public:
    explicit turn(schedule_operation& owner) noexcept : owner_(&owner) {}
    turn(turn&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    turn& operator=(turn&&) = delete;
    ~turn() {
      if (owner_ != nullptr) std::move(owner_->receiver_).set_stopped();
    }
    void operator()() noexcept {
      schedule_operation& owner = *std::exchange(owner_, nullptr);
      if (owner.is_stopped()) {
        std::move(owner.receiver_).set_stopped();
      } else {
        std::move(owner.receiver_).set_value();
      }
    }

   private:
    schedule_operation* owner_;
  };

  [[nodiscard]] bool is_stopped() const noexcept {
    if constexpr (requires(const Receiver& receiver) { receiver.get_env().get_stop_token(); }) {
      return receiver_.get_env().get_stop_token().stop_requested();
#ifdef OVERLAP_EXECUTION
    } else if constexpr (requires(const Receiver& receiver) {
                           OVERLAP_EXECUTION::get_stop_token(OVERLAP_EXECUTION::get_env(receiver));
                         }) {
      return OVERLAP_EXECUTION::get_stop_token(OVERLAP_EXECUTION::get_env(receiver_)).stop_requested();
#endif
    } else {
      return false;
    }
  }

  core_user core_;
  Receiver receiver_;
};

}  // namespace detail

/// Where an executor runs things, as std::execution says it: `schedule()` gives a sender that completes on
/// one of its workers. `then`, `let_value`, `bulk` and the rest are std::execution's.
///
/// A copy keeps the workers alive, as a map() result does.
class executor_scheduler {
 public:
#ifdef OVERLAP_EXECUTION
  using scheduler_concept = OVERLAP_EXECUTION::scheduler_t;
#endif

  /// Completes without a value on a worker. set_error if the executor takes no jobs; set_stopped if it is
  /// shut down before the turn comes, or if the receiver's stop token asks for it.
  class schedule_sender {
   public:
#ifdef OVERLAP_EXECUTION
    using sender_concept = OVERLAP_EXECUTION::sender_t;
    using completion_signatures =
        OVERLAP_EXECUTION::completion_signatures<OVERLAP_EXECUTION::set_value_t(),
                                                 OVERLAP_EXECUTION::set_error_t(std::exception_ptr),
                                                 OVERLAP_EXECUTION::set_stopped_t()>;
#endif
    struct environment {
      detail::core_user core;
#ifdef OVERLAP_EXECUTION
      template <class Completion>
      executor_scheduler query(OVERLAP_EXECUTION::get_completion_scheduler_t<Completion>) const noexcept {
        return executor_scheduler(core);
      }
#endif
    };

    /// Cost   the operation itself, and one allocation when it is started
    template <class Receiver>
    detail::schedule_operation<Receiver> connect(Receiver receiver) const {
      return detail::schedule_operation<Receiver>(core_, std::move(receiver));
    }
    [[nodiscard]] environment get_env() const noexcept { return {core_}; }

   private:
    friend executor_scheduler;
    explicit schedule_sender(detail::core_user core) noexcept : core_(std::move(core)) {}
    detail::core_user core_;
  };

  [[nodiscard]] schedule_sender schedule() const noexcept { return schedule_sender(core_); }

  /// Schedulers are equal if they are the same executor's.
  friend bool operator==(const executor_scheduler& left, const executor_scheduler& right) noexcept {
    return left.core_.get() == right.core_.get();
  }

 private:
  friend executor_scheduler get_scheduler(const basic_executor& executor);
  explicit executor_scheduler(detail::core_user core) noexcept : core_(std::move(core)) {}
  detail::core_user core_;
};

/// The scheduler of an executor: `get_scheduler(pool).schedule()`.
///
/// Python   none
[[nodiscard]] inline executor_scheduler get_scheduler(const basic_executor& executor) {
  return executor_scheduler(detail::core_user::share(core_of(executor)));
}

}  // namespace overlap::futures
