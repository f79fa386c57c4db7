// src/futures/thread_pool_worker.cpp
//
// How a worker runs jobs, and what it does when a job waits for a future.
//
// A waiting worker helps with two kinds of jobs only: the one it waits for, and those its own job has
// submitted. Any other job might itself wait for the one that is now buried under it on this stack, and hang
// where a plain pool would not. Helping with the awaited job is enough to make nested submission free of
// deadlocks: what is awaited is queued, and then runs here, or runs elsewhere, and then the same holds for
// that worker. What is left are true cycles, which enter_sleep() finds.

#include <algorithm>
#include <string>

#include <overlap/base/error.hpp>

#include "futures/thread_pool_core.hpp"
#include "platform/current_thread.hpp"

namespace overlap::futures::detail {

namespace {

// The youngest jobs looked through for those a waiting job has submitted: it has just done so as a rule.
constexpr int young_jobs_max = 32;

// A helper is a call on top of the waiting job; deeper than this there may be no room for the next.
constexpr std::size_t helping_stack_bytes = 128 * std::size_t{1024};

}  // namespace

void thread_pool_worker::work(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    if (job* next = pool_.queue_.pop_front()) {
      run(*next, lock);
    } else if (pool_.needs_no_more()) {
      break;
    } else {
      pool_.work_available_.wait(lock);
    }
  }
  pool_.idle_.fetch_sub(1, std::memory_order_relaxed);
}

void thread_pool_worker::run(job& work, std::unique_lock<std::mutex>& lock) {
  const bool is_helping = top_ != nullptr;
  run_frame frame{top_, &work.state(), nullptr, ++pool_.last_serial_};
  top_ = &frame;
  ++pool_.running_;
  if (std::exchange(counts_as_idle_, false)) pool_.idle_.fetch_sub(1, std::memory_order_relaxed);
  lock.unlock();

  const bool executed = work.execute();
  (executed ? pool_.completed_ : pool_.cancelled_).fetch_add(1, std::memory_order_relaxed);
  if (is_helping) {
    if (executed) pool_.helped_.fetch_add(1, std::memory_order_relaxed);
  } else {
    // Before anybody hears of the result: who submits again on seeing it must find this worker idle, and not
    // start another (the release of the result publishes the count).
    pool_.idle_.fetch_add(1, std::memory_order_relaxed);
    counts_as_idle_ = true;
  }
  work.deliver(executed);

  lock.lock();
  if (!is_helping && !std::exchange(counts_as_idle_, true)) {
    pool_.idle_.fetch_add(1, std::memory_order_relaxed);
  }
  top_ = frame.beneath;
  --pool_.running_;
  if (pool_.watchers_ > 0) pool_.job_ended_.notify_all();
}

void thread_pool_worker::enter_callbacks() noexcept {
  if (std::exchange(counts_as_idle_, false)) pool_.idle_.fetch_sub(1, std::memory_order_relaxed);
}

job* thread_pool_worker::take_for(future_state_base& state, bool only_awaited) noexcept {
  if (!owns(state)) return nullptr;
  job* awaited = state.work();
  if (awaited != nullptr && awaited->is_queued) {
    pool_.queue_.remove(*awaited);
    return awaited;
  }
  if (only_awaited || top_ == nullptr) return nullptr;
  job* candidate = pool_.queue_.last();
  for (int seen = 0; candidate != nullptr && seen < young_jobs_max; ++seen) {
    if (candidate->parent == top_->serial) {
      pool_.queue_.remove(*candidate);
      return candidate;
    }
    candidate = candidate->previous;
  }
  return nullptr;
}

bool thread_pool_worker::owns(const future_state_base& state) const noexcept {
  return state.source() == &pool_;
}

bool thread_pool_worker::help(future_state_base& state, bool only_awaited) {
  if (platform::stack_bytes_left() < helping_stack_bytes) return false;
  std::unique_lock lock(pool_.mutex_);
  job* found = take_for(state, only_awaited);
  if (found == nullptr) return false;
  run(*found, lock);
  return true;
}

void thread_pool_worker::enter_sleep(future_state_base& state) {
  if (top_ == nullptr) return;
  const std::lock_guard lock(pool_.mutex_);
  if (owns(state) && state.work() != nullptr && state.work()->is_queued) {
    throw deadlock_error("pool '" + pool_.name_ +
                         "': jobs that wait for each other are nested too deeply for the stack of a worker; "
                         "submit fewer levels, or wait outside of the pool");
  }
  // From what this job waits for to the worker that runs it, to what that worker waits for, and so on. There
  // are no more steps than workers, since a cycle without this one would have been refused when it closed.
  const future_state_base* awaited = &state;
  for (std::size_t step = 0; awaited != nullptr && step <= pool_.workers_.size(); ++step) {
    const thread_pool_worker* runner = pool_.worker_running(*awaited);
    if (runner == nullptr) break;
    if (runner == this) {
      throw deadlock_error("pool '" + pool_.name_ +
                           "': a job waits for a future that can only be done after this very job has ended; "
                           "return the future instead of waiting for it");
    }
    awaited = runner->top_ == nullptr ? nullptr : runner->top_->waits_for;
  }
  top_->waits_for = &state;
}

void thread_pool_worker::leave_sleep() noexcept {
  if (top_ == nullptr) return;
  const std::lock_guard lock(pool_.mutex_);
  top_->waits_for = nullptr;
}

std::size_t thread_pool_worker::depth() const noexcept {
  std::size_t frames = 0;
  for (const run_frame* frame = top_; frame != nullptr; frame = frame->beneath) ++frames;
  return frames;
}

void thread_pool_worker::wait_for_others(std::unique_lock<std::mutex>& lock) {
  const std::size_t own = depth();
  pool_.excused_ += own;
  ++pool_.watchers_;
  pool_.job_ended_.notify_all();  // others that wait like this have one less to wait for
  for (;;) {
    if (job* next = pool_.queue_.pop_front()) {
      run(*next, lock);
    } else if (pool_.running_ <= pool_.excused_) {
      break;
    } else {
      pool_.job_ended_.wait(lock);
    }
  }
  --pool_.watchers_;
  pool_.excused_ -= own;
}

}  // namespace overlap::futures::detail
