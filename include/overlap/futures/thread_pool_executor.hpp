// include/overlap/futures/thread_pool_executor.hpp
//
// Runs jobs on a few threads, started when there is work for them.
//
// Threads: as basic_executor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include <overlap/futures/basic_executor.hpp>
#include <overlap/futures/detail/unique_function.hpp>

namespace overlap::futures {

/// How a pool is made.
struct thread_pool_options {
  /// Stands for the default: min(32, CPUs + 4), where the CPUs are those this process may use (affinity and
  /// cgroup quota). It is more than the CPUs because threads are for waiting.
  static constexpr int automatic = std::numeric_limits<int>::min();

  int max_workers = automatic;  ///< threads at most
  std::string_view thread_name_prefix =
      {};  ///< copied; threads are "prefix_0" …, shown by ps, top and debuggers
  detail::unique_function<void()> initializer =
      {};                   ///< called by each thread first; may throw: see the class
  int max_tasks = 0;        ///< a thread is replaced by a new one after so many jobs; 0: never
  bool warm_start = false;  ///< all threads are started at once, not when there is work for them
};

/// How submit_with() submits.
struct submit_options {
  int priority = 0;  ///< higher ones begin first; among equals, and for 0, who came first
};

/// What a pool has done and does. The numbers are of one moment.
struct thread_pool_statistics {
  std::size_t max_workers = 0;
  std::size_t workers = 0;       ///< threads there are
  std::size_t idle_workers = 0;  ///< of those, without a job
  std::size_t queued = 0;        ///< jobs not begun; a cancelled one counts until a worker meets it
  std::size_t running = 0;       ///< jobs begun and not ended, their callbacks included
  std::uint64_t submitted = 0;   ///< jobs ever taken
  std::uint64_t completed = 0;   ///< of those, run to their end, with a value or an error
  std::uint64_t cancelled = 0;   ///< of those, never run
  std::uint64_t helped = 0;      ///< of those completed, run by a worker that was waiting for a future
};

/// Runs jobs on threads: for calls that block, and for work on several CPUs.
///
/// Threads are made on demand, and only if none is idle. A job that waits for a future of its own pool runs
/// that future's job itself if it has not begun, so jobs may submit jobs and wait for them, in a pool of one
/// thread too; a true cycle throws deadlock_error.
///
/// If the initializer throws, the pool is broken: all its pending futures and every later submit() get
/// broken_thread_pool with that text.
///
/// Throws   invalid_value_error  when made with max_workers < 1.
/// Python   concurrent.futures.ThreadPoolExecutor
class thread_pool_executor final : public basic_executor {
 public:
  thread_pool_executor() : thread_pool_executor(thread_pool_options()) {}
  explicit thread_pool_executor(thread_pool_options options);
  /// `max_workers` threads at most, everything else by default.
  explicit thread_pool_executor(int max_workers)
      : thread_pool_executor(thread_pool_options{.max_workers = max_workers}) {}

  /// As submit(), with options: `pool.submit_with({.priority = 5}, f, argument)`.
  ///
  /// Jobs with a priority above 0 begin before all others that have not begun, those below 0 after them. What
  /// has begun is not interrupted.
  ///
  /// Python   none; asyncio and queue have a PriorityQueue for it
  template <class Function, class... Arguments>
  auto submit_with(submit_options options, Function&& function, Arguments&&... arguments) {
    auto made = detail::bind_job(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
    submit_prioritized(*made.work, options.priority);
    return std::move(made.result);
  }

  [[nodiscard]] thread_pool_statistics statistics() const;

 private:
  void submit_prioritized(detail::job& work, int priority);
};

}  // namespace overlap::futures
