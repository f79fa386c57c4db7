// src/futures/thread_pool_core.hpp
//
// The queue and the workers of a thread_pool_executor. One mutex and one condition: simple first.
//
// Threads: as executor_core. Everything without a remark is protected by mutex_.
//
// Invariants
//   1. A job handed over is popped exactly once: by a worker, a helper, or by whoever cancels or breaks the
//   pool.
//   2. If the queue is not empty, some worker is awake or has been notified, or one was started for it.
//   3. A worker is in workers_ from its start until its very last action under the mutex. It holds a
//   reference of
//      the core, so the core outlives it.
//   4. A worker's frames and what they wait for change under the mutex only: others read them to find cycles.
//   5. Nothing foreign (functions, callbacks, destructors of arguments) is called under the mutex.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <overlap/futures/detail/executor_core.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/job_queue.hpp"
#include "futures/wait_helper.hpp"

namespace overlap::futures::detail {

class thread_pool_core;

/// One job being run on a worker's stack.
struct run_frame {
  run_frame* beneath = nullptr;  // the one that waits and helps by this run
  const future_state_base* state = nullptr;
  const future_state_base* waits_for = nullptr;  // while it sleeps for one future without a limit
  std::uint64_t serial = 0;                      // never used twice
};

/// A thread of the pool, as the thread itself sees it.
class thread_pool_worker final : public wait_helper {
 public:
  explicit thread_pool_worker(thread_pool_core& pool) noexcept : pool_(pool) {}
  thread_pool_worker(const thread_pool_worker&) = delete;
  thread_pool_worker& operator=(const thread_pool_worker&) = delete;

  /// Runs jobs until the pool needs no more. `lock` holds the pool's mutex, before and after.
  void work(std::unique_lock<std::mutex>& lock);

  /// Runs all that is queued and sleeps until nothing runs but what waits like this.
  void wait_for_others(std::unique_lock<std::mutex>& lock);

  [[nodiscard]] bool owns(const future_state_base& state) const noexcept override;
  bool help(future_state_base& state, bool only_awaited) override;
  void enter_sleep(future_state_base& state) override;
  void leave_sleep() noexcept override;
  void enter_callbacks() noexcept override;

  [[nodiscard]] const thread_pool_core& pool() const noexcept { return pool_; }
  [[nodiscard]] const run_frame* top() const noexcept { return top_; }

 private:
  void run(job& work, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] job* take_for(future_state_base& state, bool only_awaited) noexcept;
  [[nodiscard]] std::size_t depth() const noexcept;

  thread_pool_core& pool_;
  run_frame* top_ = nullptr;
  bool counts_as_idle_ = true;  // this thread only; it was counted when it was started
};

class thread_pool_core final : public executor_core {
 public:
  explicit thread_pool_core(thread_pool_options options);

  void enqueue(job& work) override;
  void require_open() override;
  void shutdown(bool wait, bool cancel) override;
  void drain() noexcept override;
  void close() noexcept override;
  [[nodiscard]] std::size_t width() const noexcept override { return max_workers_; }

  [[nodiscard]] thread_pool_statistics statistics() const;

  /// Blocks until every worker has ended, and joins them. Not for workers.
  void join_workers();

 private:
  friend class thread_pool_worker;

  ~thread_pool_core() override;

  void require_open_locked() const;
  void start_worker();
  void worker_main(const std::string& name);
  void end_worker(thread_pool_worker& worker, std::unique_lock<std::mutex>& lock);
  void break_pool(const std::exception_ptr& cause, std::unique_lock<std::mutex>& lock);
  void cancel_all(job_queue jobs) noexcept;
  [[nodiscard]] thread_pool_worker* this_worker() const noexcept;
  [[nodiscard]] const thread_pool_worker* worker_running(const future_state_base& state) const noexcept;
  [[nodiscard]] bool needs_no_more() const noexcept { return is_shut_down_ || !broken_.empty(); }

  // Constant after construction.
  const std::size_t max_workers_;
  const std::string name_;
  unique_function<void()> initializer_;  // one thread at a time calls it: initializer_mutex_
  std::mutex initializer_mutex_;

  mutable std::mutex mutex_;
  std::condition_variable work_available_;
  std::condition_variable job_ended_;  // a job or a worker has ended
  job_queue queue_;
  std::vector<thread_pool_worker*> workers_;
  std::vector<std::thread> threads_;
  std::string broken_;  // why; empty: it is not
  bool is_shut_down_ = false;
  bool is_registered_ = false;  // at the exit_registry
  std::size_t started_ = 0;     // threads ever
  std::size_t live_ = 0;        // threads that have not ended, the starting ones included
  std::size_t running_ = 0;     // frames on all stacks
  std::size_t excused_ = 0;     // of those, below a job that waits for all others
  std::size_t watchers_ = 0;    // threads that sleep on job_ended_
  std::uint64_t last_serial_ = 0;
  std::uint64_t submitted_ = 0;

  // Counted without the mutex: just before a future is done, so that whoever sees the result sees the count.
  std::atomic<std::size_t> idle_{0};  // workers that look at the queue next, starting ones included
  std::atomic<std::uint64_t> completed_{0};
  std::atomic<std::uint64_t> helped_{0};
  std::atomic<std::uint64_t> cancelled_{0};
};

}  // namespace overlap::futures::detail
