// include/overlap/asyncio/to_thread.hpp
//
// Blocking work beside the loop: on the loop's own threads, or on an executor of one's own.
//
// Threads: called on the loop's thread; the function runs on another.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/capacity_limiter.hpp>
#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/future_wait.hpp>
#include <overlap/futures/detail/executor_core.hpp>
#include <overlap/futures/detail/job.hpp>
#include <overlap/futures/future.hpp>

namespace overlap::asyncio {

namespace detail {

/// Hands a job to `core`, or to the loop's default executor if it is null.
void submit_from_loop(loop_core& loop, futures::detail::executor_core* core, futures::detail::job& work);

template <class T>
class job_awaiter : future_wait {
 public:
  job_awaiter(futures::detail::job* work, futures::future<T>&& result,
              futures::detail::executor_core* core) noexcept
      : future_wait(futures::detail::future_access::state(result), true),
        work_(work),
        future_(std::move(result)),
        core_(core) {}
  ~job_awaiter() {
    if (work_ != nullptr) work_->cancel();  // never submitted
  }
  job_awaiter(const job_awaiter&) = delete;
  job_awaiter& operator=(const job_awaiter&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return wait_in(frame_of(handle), [](future_wait& wait) {
      auto& self = static_cast<job_awaiter&>(wait);
      try {
        submit_from_loop(*running_loop, self.core_, *std::exchange(self.work_, nullptr));
      } catch (...) {
        self.refused_ = std::current_exception();
        throw;
      }
    });
  }
  T await_resume() {
    if (refused_) std::rethrow_exception(refused_);
    return std::move(future_).result();
  }

 private:
  futures::detail::job* work_;
  futures::future<T> future_;
  futures::detail::executor_core* core_;
  std::exception_ptr refused_;  // by the executor: the job's own end only says that it was cancelled
};

/// A call that has not been submitted.
template <class T>
class [[nodiscard("the function is not called until this is awaited")]] job_request {
 public:
  job_request(futures::detail::job* work, futures::future<T> result,
              futures::detail::executor_core* core) noexcept
      : work_(work), future_(std::move(result)), core_(core) {}
  job_request(job_request&& other) noexcept
      : work_(std::exchange(other.work_, nullptr)), future_(std::move(other.future_)), core_(other.core_) {}
  job_request& operator=(job_request&&) = delete;
  ~job_request() {
    if (work_ != nullptr) work_->cancel();
  }

  job_awaiter<T> operator co_await() && {
    return job_awaiter<T>(std::exchange(work_, nullptr), std::move(future_), core_);
  }

 private:
  futures::detail::job* work_;
  futures::future<T> future_;
  futures::detail::executor_core* core_;
};

template <class Function, class... Arguments>
auto request_job(futures::detail::executor_core* core, Function&& function, Arguments&&... arguments) {
  auto made =
      futures::detail::bind_job(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
  using value = typename decltype(made.result)::value_type;
  return job_request<value>(made.work, std::move(made.result), core);
}

/// The borrower is the call, not its task: a task may have several calls, and tokens of its own.
template <class T>
task<T> limited_job(capacity_limiter& limiter, job_request<T> request) {
  const auto token = co_await limiter.acquire_on_behalf_of(&request);
  co_return co_await std::move(request);
}

}  // namespace detail

/// How to_thread calls.
struct to_thread_options {
  capacity_limiter* limiter = nullptr;  ///< borrowed: how many calls there may be at once; null: no limit
};

/// Calls `function(arguments…)` on a thread, while the loop goes on: on the loop's default executor, which is
/// a pool of its own unless event_loop::set_default_executor was given another.
///
/// Both are copied or moved in, as std::thread does; write std::ref(x) to pass x itself, which stays safe,
/// because the caller waits. A function that takes a std::stop_token first gets one.
///
/// Returns       what the function returns
/// Throws        what it throws
/// Suspends      always
/// Cancellation  a call that has not begun never does. One that has is asked to stop through its stop token
///               and awaited, because its thread may use the caller's locals; its value is then delivered,
///               and the stop comes at the next wait. (Python abandons the thread.)
/// Cost          one allocation, and about 20 µs for the way to an idle thread and back
/// Python        asyncio.to_thread
template <class Function, class... Arguments>
  requires(!std::same_as<std::remove_cvref_t<Function>, to_thread_options>)
auto to_thread(Function&& function, Arguments&&... arguments) {
  detail::refuse_unsafe_closures<Function>();
  return detail::request_job(nullptr, std::forward<Function>(function),
                             std::forward<Arguments>(arguments)...);
}

/// The same under a limit: a token is borrowed before the call is handed over, and goes back when the call
/// has really ended, also when its caller was cancelled meanwhile. So a blocking service never sees more
/// calls than there are tokens. Each call is a borrower of its own.
///
///     capacity_limiter connections(4);
///     co_await to_thread({.limiter = &connections}, query, database);
///
/// Suspends      also while no token is available
/// Cancellation  while it waits for a token it stops at once, and the function is never called
/// Python        trio.to_thread.run_sync(f, *arguments, limiter=…)
template <class Function, class... Arguments>
auto to_thread(to_thread_options options, Function&& function, Arguments&&... arguments) {
  auto request = to_thread(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
  using value = await_result_t<decltype(request)>;
  return options.limiter != nullptr ? detail::limited_job<value>(*options.limiter, std::move(request))
                                    : detail::wrapped(std::move(request));
}

/// The same on an executor of one's own, which must live until the call has ended.
///
/// Throws   what submit() throws, too
/// Python   loop.run_in_executor
template <class Executor, class Function, class... Arguments>
  requires requires(const Executor& executor) { core_of(executor); }
auto run_in_executor(const Executor& executor, Function&& function, Arguments&&... arguments) {
  detail::refuse_unsafe_closures<Function>();
  return detail::request_job(&core_of(executor), std::forward<Function>(function),
                             std::forward<Arguments>(arguments)...);
}
/// The same on the loop's default executor (event_loop::set_default_executor): to_thread by Python's other
/// name. Python: loop.run_in_executor(None, f, *arguments).
template <class Function, class... Arguments>
auto run_in_executor(std::nullptr_t, Function&& function, Arguments&&... arguments) {
  return to_thread(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
}

}  // namespace overlap::asyncio
