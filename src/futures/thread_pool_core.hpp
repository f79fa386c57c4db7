// src/futures/thread_pool_core.hpp
//
// The lines, the workers and the life of a thread_pool_executor. docs/decisions/0011-stealing-pool.md tells
// why.
//
// A job goes through one of three lines: that of the worker whose job submits it, the common one for
// everybody outside, or the lane of those with a priority. What a worker waits for it may start out of turn;
// the line then holds a job that has been started, which is dropped when it is met.
//
// Threads: as executor_core. The mutex is for starting and ending; no job needs it.
//
// Invariants
//   1. A job is started once (try_start). A line is one owner of each job in it.
//   2. If a line is not empty, some worker is awake, or one was started for it: see idle_workers.
//   3. A job that was added when the pool had begun to refuse is cancelled by whoever added it, or it runs.
//   4. Nothing foreign (functions, callbacks, destructors of arguments) is called under the mutexes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <overlap/futures/detail/executor_core.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/futex_permits.hpp"
#include "futures/idle_workers.hpp"
#include "futures/injection_queue.hpp"
#include "futures/priority_lane.hpp"
#include "futures/thread_pool_worker.hpp"

namespace overlap::futures::detail {

class thread_pool_core final : public executor_core {
 public:
  explicit thread_pool_core(thread_pool_options options);

  void enqueue(job& work) override;
  void enqueue_with_priority(job& work, int priority);
  void require_open() override;
  void shutdown(bool wait, bool cancel) override;
  void drain() noexcept override;
  void close() noexcept override;
  [[nodiscard]] std::size_t width() const noexcept override { return max_workers_; }

  [[nodiscard]] thread_pool_statistics statistics() const;

  /// Blocks until every worker has ended, and joins them. Not for workers.
  void join_workers();

 private:
  friend class fork_worker;
  friend class thread_pool_worker;

  ~thread_pool_core() override;

  // Taking jobs.
  [[nodiscard]] thread_pool_worker* this_worker() const noexcept;
  void settle(job& work);
  void withdraw(job& work);
  bool cancel_in_line(job& work) noexcept;
  void start_for(job& work);
  void offer_forks() noexcept;
  [[noreturn]] void throw_refusal();

  // Threads.
  [[nodiscard]] std::uint64_t submitted() const noexcept;
  [[nodiscard]] bool needs_thread() const noexcept;
  void start_worker();
  void start_thread(thread_pool_worker& worker);
  void join_replaced(thread_pool_worker& worker);
  void worker_main(thread_pool_worker& worker, const std::string& name);
  [[nodiscard]] std::exception_ptr initialize() noexcept;
  bool replace_thread(thread_pool_worker& worker);
  void end_worker(thread_pool_worker& worker);
  void set_growth() noexcept;

  // The lines.
  [[nodiscard]] bool has_work() const noexcept;
  template <class End>
  void empty_lines(End end);
  void cancel_all() noexcept;

  // Ends.
  void break_pool(const std::exception_ptr& cause);
  [[nodiscard]] bool all_ended(std::uint64_t excused) const noexcept;
  void tell_watchers() noexcept;

  /// Calls `look(worker)` for each place there is.
  template <class Look>
  void for_each_worker(Look look) const {
    const std::size_t count = place_count_.load(std::memory_order_acquire);
    for (std::size_t place = 0; place < count; ++place) look(*places_[place]);
  }

  // Constant after construction.
  const std::size_t max_workers_;
  const std::size_t forking_workers_;  // no more threads than this are started for forks
  const std::size_t searchers_max_;
  const std::uint64_t max_tasks_;  // 0: no limit
  const std::string name_;
  unique_function<void()> initializer_;  // one thread at a time calls it: initializer_mutex_
  std::mutex initializer_mutex_;

  injection_queue injected_;
  std::uint64_t taken_ = 0;  // of injected_, by those inside of its door
  priority_lane lane_;
  idle_workers<std::atomic, futex_permits> idle_;
  job_counts outside_;  // what is done by no worker

  // Written under the mutex; an element is there before place_count_ says so.
  std::vector<std::unique_ptr<thread_pool_worker>> places_;
  std::atomic<std::size_t> place_count_{0};
  std::atomic<std::size_t> live_{0};      // threads that have not ended, the starting ones included
  std::atomic<std::size_t> watchers_{0};  // threads that sleep on job_ended_

  mutable std::mutex mutex_;
  std::condition_variable job_ended_;  // a worker has nothing to do, or has ended
  std::vector<std::thread> threads_;
  std::string broken_;  // why; empty: it is not
  bool is_shut_down_ = false;
  bool is_registered_ = false;  // at the exit_registry
  std::size_t started_ = 0;     // threads ever
  std::uint64_t excused_ = 0;   // jobs that wait for all others

  std::mutex waits_mutex_;
};

}  // namespace overlap::futures::detail
