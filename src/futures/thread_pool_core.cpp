// src/futures/thread_pool_core.cpp
//
// Taking jobs, starting workers, and the end of the pool.

#include "futures/thread_pool_core.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <overlap/base/error.hpp>

#include "futures/exit_registry.hpp"
#include "platform/cpu_count.hpp"
#include "platform/current_thread.hpp"

namespace overlap::futures::detail {

namespace {

std::size_t checked_max_workers(int wanted) {
  if (wanted == thread_pool_options::automatic) {
    return static_cast<std::size_t>(std::min(32, platform::usable_cpu_count() + 4));
  }
  if (wanted < 1) {
    throw invalid_value_error("making a thread pool: max_workers is " + std::to_string(wanted) +
                              "; it needs at least 1 (leave it out for the default)");
  }
  return static_cast<std::size_t>(wanted);
}

std::string pool_name(std::string_view prefix) {
  if (!prefix.empty()) return std::string(prefix);
  static std::atomic<int> pools{0};
  return "pool" + std::to_string(pools.fetch_add(1, std::memory_order_relaxed));
}

// Linux shows 15 bytes: the number must be among them.
std::string thread_name(const std::string& prefix, std::size_t number) {
  const std::string ending = "_" + std::to_string(number);
  return prefix.substr(0, 15 - std::min<std::size_t>(ending.size(), 15)) + ending;
}

std::string text_of(const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace

thread_pool_core::thread_pool_core(thread_pool_options options)
    : max_workers_(checked_max_workers(options.max_workers)),
      name_(pool_name(options.thread_name_prefix)),
      initializer_(std::move(options.initializer)) {}

thread_pool_core::~thread_pool_core() {
  // Workers hold references, so all have ended but for their last instructions. One of them may be here
  // itself.
  for (std::thread& thread : threads_) {
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();
    } else {
      thread.join();
    }
  }
}

thread_pool_worker* thread_pool_core::this_worker() const noexcept {
  // The helpers of this module are all workers of thread pools.
  auto* worker = static_cast<thread_pool_worker*>(current_wait_helper());
  return worker != nullptr && &worker->pool() == this ? worker : nullptr;
}

const thread_pool_worker* thread_pool_core::worker_running(const future_state_base& state) const noexcept {
  for (const thread_pool_worker* worker : workers_) {
    for (const run_frame* frame = worker->top(); frame != nullptr; frame = frame->beneath) {
      if (frame->state == &state) return worker;
    }
  }
  return nullptr;
}

void thread_pool_core::require_open() {
  const std::lock_guard lock(mutex_);
  require_open_locked();
}

void thread_pool_core::require_open_locked() const {
  if (!broken_.empty()) throw broken_executor(broken_);
  if (is_shut_down_) {
    throw invalid_state_error("submitting to pool '" + name_ +
                              "': it was shut down; submit before, or make another pool");
  }
}

void thread_pool_core::enqueue(job& work) {
  const thread_pool_worker* submitter = this_worker();
  {
    const std::lock_guard lock(mutex_);
    require_open_locked();
    if (submitter != nullptr && submitter->top() != nullptr) work.parent = submitter->top()->serial;
    work.state().set_source(this);
    queue_.push_back(work);
    if (queue_.size() > idle_.load(std::memory_order_relaxed) && live_ < max_workers_) {
      try {
        start_worker();
      } catch (const std::system_error& error) {
        // The workers there are will do it; without any, the job can never run.
        if (live_ == 0) {
          queue_.remove(work);
          throw os_error(error.code().value(), "start a thread for pool", name_,
                         "the limit of processes (ulimit -u) or of memory may be reached");
        }
      }
    }
    ++submitted_;
  }
  // After the mutex, so that the woken worker need not wait for it. The job may be over and gone by now.
  work_available_.notify_one();
}

void thread_pool_core::start_worker() {
  // A started thread must find room: it has nobody to throw to.
  if (workers_.capacity() <= live_) workers_.reserve(2 * live_ + 1);
  std::string name = thread_name(name_, started_);
  add_reference();
  try {
    threads_.emplace_back([this, name = std::move(name)] { worker_main(name); });
  } catch (...) {
    drop_reference();
    throw;
  }
  ++started_;
  ++live_;
  idle_.fetch_add(1, std::memory_order_relaxed);
}

void thread_pool_core::worker_main(const std::string& name) {
  platform::set_current_thread_name(name);
  thread_pool_worker worker(*this);
  std::exception_ptr failure;
  if (initializer_) {
    const std::lock_guard one_at_a_time(initializer_mutex_);
    try {
      initializer_();
    } catch (...) {
      failure = std::current_exception();
    }
  }
  std::unique_lock lock(mutex_);
  if (failure != nullptr) {
    idle_.fetch_sub(1, std::memory_order_relaxed);
    break_pool(failure, lock);
  } else {
    workers_.push_back(&worker);
    current_wait_helper() = &worker;
    worker.work(lock);
  }
  end_worker(worker, lock);
}

void thread_pool_core::end_worker(thread_pool_worker& worker, std::unique_lock<std::mutex>& lock) {
  std::erase(workers_, &worker);
  --live_;
  const bool is_forgotten = live_ == 0 && std::exchange(is_registered_, false);
  job_ended_.notify_all();
  lock.unlock();
  current_wait_helper() = nullptr;
  if (is_forgotten) forget_at_exit(*this);
  drop_reference();
}

void thread_pool_core::break_pool(const std::exception_ptr& cause, std::unique_lock<std::mutex>& lock) {
  if (broken_.empty()) {
    broken_ = "pool '" + name_ + "' is broken: its initializer failed: " + text_of(cause);
  }
  job_queue lost = std::exchange(queue_, job_queue());
  const std::exception_ptr error = std::make_exception_ptr(broken_executor(broken_));
  work_available_.notify_all();
  lock.unlock();
  while (job* next = lost.pop_front()) next->fail(error);
  lock.lock();
}

void thread_pool_core::cancel_all(job_queue jobs) noexcept {
  while (job* next = jobs.pop_front()) {
    cancelled_.fetch_add(1, std::memory_order_relaxed);
    next->cancel();
  }
}

void thread_pool_core::shutdown(bool wait, bool cancel) {
  thread_pool_worker* const worker = this_worker();
  std::unique_lock lock(mutex_);
  is_shut_down_ = true;
  job_queue cancelled;
  if (cancel) cancelled = std::exchange(queue_, job_queue());
  // Also for a shutdown by a job: nobody may wait for that job's thread later.
  const bool leaves_workers = (!wait || worker != nullptr) && live_ > 0;
  if (leaves_workers && !std::exchange(is_registered_, true)) wait_at_exit_for(*this);
  work_available_.notify_all();
  lock.unlock();
  cancel_all(cancelled);
  if (!wait) return;
  if (worker == nullptr) {
    join_workers();
  } else {
    lock.lock();
    worker->wait_for_others(lock);
  }
}

void thread_pool_core::join_workers() {
  std::vector<std::thread> ended;
  {
    std::unique_lock lock(mutex_);
    ++watchers_;
    job_ended_.wait(lock, [this] { return live_ == 0; });
    --watchers_;
    ended.swap(threads_);
  }
  for (std::thread& thread : ended) thread.join();
}

void thread_pool_core::drain() noexcept {
  thread_pool_worker* const worker = this_worker();
  std::unique_lock lock(mutex_);
  if (is_shut_down_) return;
  if (worker != nullptr) {
    worker->wait_for_others(lock);
    return;
  }
  ++watchers_;
  job_ended_.wait(lock, [this] { return queue_.empty() && running_ == 0; });
  --watchers_;
}

void thread_pool_core::close() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (is_shut_down_) return;
  }
  shutdown(true, false);
}

thread_pool_statistics thread_pool_core::statistics() const {
  const std::lock_guard lock(mutex_);
  thread_pool_statistics now;
  now.max_workers = max_workers_;
  now.workers = live_;
  now.idle_workers = idle_.load(std::memory_order_relaxed);
  now.queued = queue_.size();
  now.submitted = submitted_;
  now.completed = completed_.load(std::memory_order_relaxed);
  now.helped = helped_.load(std::memory_order_relaxed);
  now.cancelled = cancelled_.load(std::memory_order_relaxed);
  now.running = running_;
  return now;
}

}  // namespace overlap::futures::detail
