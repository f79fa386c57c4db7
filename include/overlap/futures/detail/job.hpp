// include/overlap/futures/detail/job.hpp
//
// A function on its way through an executor: the function with its arguments, the context of the submitter,
// the links of the queue and the state of the future, in one allocation.
//
// Threads: an executor's queue moves a job between threads; one thread at a time runs it.
//
// Invariants
//   1. A job is one owner of its state until run(), deliver(), fail() or cancel() has ended; they give it
//   back,
//      so the job may be gone afterwards.
//   2. Several may hold a job (a queue, and whoever waits for its result); try_start() lets one of them run
//   it.
//   3. The function is freed before the future is done: who sees the result sees nothing of it any more.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include <overlap/base/detail/context_slot.hpp>
#include <overlap/futures/detail/future_state.hpp>
#include <overlap/futures/detail/invoke.hpp>
#include <overlap/futures/detail/stop_control.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::futures::detail {

/// A place in an executor's line, its own while the job is in its hands.
struct job_link {
  job_link* next_in_line = nullptr;
};

/// What executors see of a job. The derived class holds the function and the value.
class job : public job_link {
 public:
  job(const job&) = delete;
  job& operator=(const job&) = delete;

  [[nodiscard]] virtual future_state_base& state() noexcept = 0;

  /// Calls the function in the submitter's context and stores what came of it, tells nobody yet. Only after
  /// state().try_start(); deliver() must follow.
  virtual void execute() noexcept = 0;
  /// Tells everybody, and drops the ownership.
  void deliver() noexcept;

  /// All of it, for executors that have nothing to do in between.
  void run() noexcept;
  /// Ends it with an error instead of running it. False: it was started or cancelled before.
  bool fail(std::exception_ptr error) noexcept;
  /// Cancels it instead of running it.
  void cancel() noexcept;

 protected:
  job() noexcept : context_(overlap::detail::active_context().values) {}
  ~job() = default;

  /// Takes the submitter's variables, to be made current by whoever runs the function.
  [[nodiscard]] overlap::detail::context_storage take_context() noexcept {
    overlap::detail::context_storage storage;
    storage.values = std::move(context_);
    return storage;
  }

 private:
  overlap::detail::context_map context_;
};

/// Work that can be called with a stop_handle has this, other work has nothing.
template <bool TakesStop>
struct stop_part {
  stop_control control;
};
template <>
struct stop_part<false> {};

/// Work is a function object without arguments, or with a stop_handle.
template <class Work, bool TakesStop>
struct work_result {
  using type = std::invoke_result_t<Work>;
};
template <class Work>
struct work_result<Work, true> {
  using type = std::invoke_result_t<Work, stop_handle>;
};

template <class T, class Work, bool TakesStop>
class job_for final : public future_state<T>, public job, private stop_part<TakesStop> {
 public:
  explicit job_for(Work&& work) : future_state<T>(2), work_(std::move(work)) {}

  [[nodiscard]] future_state_base& state() noexcept override { return *this; }
  [[nodiscard]] job* work() noexcept override { return this; }

  void execute() noexcept override {
    overlap::detail::context_storage storage = take_context();
    const overlap::detail::context_switch inside(storage);
    try {
      if constexpr (std::is_void_v<T>) {
        call();
        this->store_of_work();
      } else if constexpr (std::is_reference_v<T>) {
        T target = call();
        this->store_of_work(&target);
      } else {
        this->store_of_work(call());
      }
    } catch (...) {
      this->store_exception_of_work(std::current_exception());
    }
    drop_work();
  }

  bool request_stop() noexcept override {
    if constexpr (TakesStop) {
      this->control.request_stop();
      return true;
    } else {
      return false;
    }
  }

 private:
  ~job_for() override { drop_work(); }

  decltype(auto) call() {
    if constexpr (TakesStop) {
      return work_(stop_handle(this->control));
    } else {
      return work_();
    }
  }

  void drop_work() noexcept override {
    if (std::exchange(has_work_, false)) work_.~Work();
  }

  bool has_work_ = true;
  union {
    Work work_;
  };
};

/// The T of the future of work with this result: an rvalue reference would dangle, so its target is moved in.
template <class Result>
using future_value_t =
    std::conditional_t<std::is_lvalue_reference_v<Result>, Result, std::remove_cvref_t<Result>>;

/// A job and the future of its result. `work` is called once, as an lvalue.
template <bool TakesStop, class Work>
auto make_job(Work work) {
  using value = future_value_t<typename work_result<Work&, TakesStop>::type>;
  auto* made = new job_for<value, Work, TakesStop>(std::move(work));
  struct made_job {
    job* work;
    future<value> result;
  };
  return made_job{made, future_access::adopt<value>(*made)};
}

/// Keeps copies of the function and its arguments, as std::thread does, and calls the one with the others.
template <class Function, class... Arguments>
auto bind_job(Function&& function, Arguments&&... arguments) {
  using callable = std::decay_t<Function>;
  constexpr bool takes_stop = takes_stop_token<callable, std::decay_t<Arguments>...>;
  static_assert(
      takes_stop || std::is_invocable_v<callable, std::decay_t<Arguments>...>,
      "the function cannot be called with copies of these arguments (write std::ref(x) to pass x itself)");
  if constexpr (takes_stop) {
    return make_job<true>([callable_ = callable(std::forward<Function>(function)),
                           ... kept = std::decay_t<Arguments>(std::forward<Arguments>(arguments))](
                              stop_handle token) mutable -> decltype(auto) {
      return detail::invoke(std::move(callable_), token, std::move(kept)...);
    });
  } else {
    return make_job<false>(
        [callable_ = callable(std::forward<Function>(function)),
         ... kept = std::decay_t<Arguments>(std::forward<Arguments>(arguments))]() mutable -> decltype(auto) {
          return detail::invoke(std::move(callable_), std::move(kept)...);
        });
  }
}

}  // namespace overlap::futures::detail
