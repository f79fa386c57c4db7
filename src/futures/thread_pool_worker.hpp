// src/futures/thread_pool_worker.hpp
//
// One place of a pool: its lines of jobs and forks, and the thread that works there.
//
// Threads: its own, unless a remark says otherwise.
//
// Invariants
//   1. Jobs in jobs_ from frame->base on were submitted by the job of that frame, or by jobs run on top of
//   it.
//   2. A place is never taken away from the pool, so others may look into its lines at any time. The thread
//      may be replaced by another one (max_tasks), never by two.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include <overlap/futures/detail/executor_core.hpp>
#include <overlap/futures/detail/fork.hpp>

#include "futures/adaptive_spin.hpp"
#include "futures/job_counts.hpp"
#include "futures/wait_helper.hpp"
#include "futures/work_stealing_deque.hpp"

namespace overlap::futures::detail {

class thread_pool_core;

/// One job, or one fork of another worker's, being run on a worker's stack.
struct run_frame {
  run_frame* beneath = nullptr;              // the one that waits and helps by this run
  const future_state_base* state = nullptr;  // null: a fork
  std::int64_t base = 0;                     // the end of the worker's line when it began
};

class thread_pool_worker final : public wait_helper, public fork_worker {
 public:
  thread_pool_worker(thread_pool_core& pool, std::size_t place) noexcept;

  /// Runs jobs until the pool needs no more (false), or the thread has had its share (true).
  bool work();

  /// Runs all that is queued and sleeps until nothing runs but what waits like this.
  void wait_for_others();

  /// Puts a job at the end of this worker's line. False: there is no room.
  bool push(job& work) noexcept;

  [[nodiscard]] bool owns(const future_state_base& state) const noexcept override;
  bool help(future_state_base& state, bool only_awaited) override;
  void enter_sleep(future_state_base& state, code_place place) override;
  void leave_sleep() noexcept override;
  void enter_callbacks() noexcept override { is_busy_.store(true, std::memory_order_relaxed); }

  [[nodiscard]] const thread_pool_core& pool() const noexcept { return pool_; }
  [[nodiscard]] bool is_running_a_job() const noexcept { return top_ != nullptr; }

  // Any thread.
  [[nodiscard]] const job_counts& counts() const noexcept { return counts_; }
  [[nodiscard]] bool is_busy() const noexcept { return is_busy_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool has_lines() const noexcept { return !jobs_.empty() || !forks_.empty(); }
  job* steal_job() noexcept { return jobs_.steal(); }
  fork_frame* steal_fork() noexcept { return forks_.steal(); }

 private:
  friend class fork_worker;
  friend class thread_pool_core;
  friend class wait_graph;

  void run(job& work);
  void run_started(job& work);
  void run_fork(fork_frame& frame) noexcept;
  void rest();
  void found_work() noexcept;
  [[nodiscard]] job* take() noexcept;
  [[nodiscard]] job* take_own() noexcept;
  [[nodiscard]] job* take_injected(bool only_one) noexcept;
  [[nodiscard]] job* steal_job_of_others() noexcept;
  [[nodiscard]] fork_frame* steal_fork_of_others() noexcept;
  [[nodiscard]] job* pop_child() noexcept;
  void drop_ended_children() noexcept;
  [[nodiscard]] std::uint64_t depth() const noexcept;

  static constexpr std::size_t line_size = 256;

  thread_pool_core& pool_;
  const std::size_t place_;
  run_frame* top_ = nullptr;
  std::uint32_t turn_ = 0;
  std::uint64_t tasks_left_ = 0;  // 0: no limit
  bool is_searching_ = false;     // counted as such in the pool
  bool has_napped_ = false;

  // Protected by the pool's mutex.
  bool has_thread_ = false;
  std::thread replaced_;  // has had its share: to be joined by the one after it

  adaptive_spin spin_;

  // While it sleeps for one future without a limit; protected by the pool's waits_mutex_. The frames stand
  // still meanwhile.
  const future_state_base* waits_for_ = nullptr;
  code_place waits_at_;

  std::atomic<bool> is_busy_{false};
  job_counts counts_;
  work_stealing_deque<job, line_size> jobs_;
  work_stealing_deque<fork_frame, line_size> forks_;
};

}  // namespace overlap::futures::detail
