// src/futures/thread_pool_life.cpp
//
// The threads of a pool from their start to the end, and the end of the pool itself.

#include <algorithm>
#include <system_error>
#include <utility>

#include <overlap/base/error.hpp>
#include <overlap/futures/future_errors.hpp>

#include "futures/exit_registry.hpp"
#include "futures/thread_pool_core.hpp"
#include "platform/current_thread.hpp"

namespace overlap::futures::detail {

namespace {

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

void thread_pool_core::worker_main(thread_pool_worker& worker, const std::string& name) {
  platform::set_current_thread_name(name);
  join_replaced(worker);
  if (const std::exception_ptr failure = initialize()) {
    break_pool(failure);
  } else {
    current_wait_helper = &worker;
    this_fork_worker = &worker;
    while (worker.work()) {
      if (replace_thread(worker)) {
        drop_reference();
        return;
      }
    }
  }
  end_worker(worker);
}

std::exception_ptr thread_pool_core::initialize() noexcept {
  if (!initializer_) return nullptr;
  try {
    const std::lock_guard one_at_a_time(initializer_mutex_);
    initializer_();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

// The thread has had its share of jobs: another one takes its place. False: there is none to be had.
bool thread_pool_core::replace_thread(thread_pool_worker& worker) {
  const std::lock_guard lock(mutex_);
  const auto is_this = [](const std::thread& each) { return each.get_id() == std::this_thread::get_id(); };
  if (std::none_of(threads_.begin(), threads_.end(), is_this)) return false;
  try {
    start_thread(worker);
  } catch (...) {
    return false;
  }
  const auto own = std::find_if(threads_.begin(), threads_.end(), is_this);
  worker.replaced_ = std::move(*own);
  threads_.erase(own);
  current_wait_helper = nullptr;
  this_fork_worker = nullptr;
  return true;
}

// Lest ended threads pile up. This one ends as soon as it has let go of the mutex.
void thread_pool_core::join_replaced(thread_pool_worker& worker) {
  std::thread replaced;
  {
    const std::lock_guard lock(mutex_);
    replaced.swap(worker.replaced_);
  }
  if (replaced.joinable()) replaced.join();
}

void thread_pool_core::end_worker(thread_pool_worker& worker) {
  std::unique_lock lock(mutex_);
  worker.has_thread_ = false;
  --live_;
  const bool is_forgotten = live_ == 0 && std::exchange(is_registered_, false);
  job_ended_.notify_all();
  lock.unlock();
  current_wait_helper = nullptr;
  this_fork_worker = nullptr;
  if (is_forgotten) forget_at_exit(*this);
  drop_reference();
}

bool thread_pool_core::has_work() const noexcept {
  if (!injected_.empty() || lane_.has(priority_lane::lowest_of_all)) return true;
  const std::size_t count = place_count_.load(std::memory_order_acquire);
  for (std::size_t place = 0; place < count; ++place) {
    if (places_[place]->has_lines()) return true;
  }
  return false;
}

// Ends whatever is in a line now. Who adds more sees that the pool refuses.
template <class End>
void thread_pool_core::empty_lines(End end) {
  while (job* work = lane_.pop(priority_lane::lowest_of_all)) end(*work);
  for (;;) {
    while (!injected_.try_enter()) std::this_thread::yield();
    auto* work = static_cast<job*>(injected_.pop());
    if (work != nullptr) ++taken_;
    injected_.leave();
    if (work == nullptr) break;
    end(*work);
  }
  const std::size_t count = place_count_.load(std::memory_order_acquire);
  for (std::size_t place = 0; place < count; ++place) {
    while (!places_[place]->jobs_.empty()) {
      if (job* work = places_[place]->steal_job()) end(*work);
    }
  }
}

void thread_pool_core::cancel_all() noexcept {
  empty_lines([this](job& work) {
    future_state_base& state = work.state();
    if (state.cancel()) outside_.cancelled.add_shared();
    state.drop_owner();
  });
}

void thread_pool_core::break_pool(const std::exception_ptr& cause) {
  std::exception_ptr error;
  {
    const std::lock_guard lock(mutex_);
    if (broken_.empty()) {
      broken_ = "pool '" + name_ + "' is broken: its initializer failed: " + text_of(cause);
    }
    error = std::make_exception_ptr(broken_thread_pool(broken_));
  }
  idle_.set(idle_.refuses);
  idle_.wake_all();
  empty_lines([this, &error](job& work) {
    if (work.fail(error)) outside_.cancelled.add_shared();
  });
}

void thread_pool_core::shutdown(bool wait, bool cancel) {
  thread_pool_worker* const worker = this_worker();
  {
    const std::lock_guard lock(mutex_);
    is_shut_down_ = true;
    idle_.set(idle_.refuses);
    // Also for a shutdown by a job: nobody may wait for that job's thread later.
    const bool leaves_workers = (!wait || worker != nullptr) && live_ > 0;
    if (leaves_workers && !std::exchange(is_registered_, true)) wait_at_exit_for(*this);
  }
  if (cancel) cancel_all();
  idle_.wake_all();
  if (!wait) return;
  if (worker == nullptr) {
    join_workers();
  } else {
    worker->wait_for_others();
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

bool thread_pool_core::all_ended(std::uint64_t excused) const noexcept {
  std::uint64_t ended = outside_.cancelled.value() + excused;
  for_each_worker([&](const thread_pool_worker& worker) {
    ended += worker.counts().finished.value() + worker.counts().cancelled.value();
  });
  return ended == submitted();
}

// Whoever waits for the end of all jobs first announces itself and then counts; a worker first counts its job
// and then looks for announcements. The fences order the one before the other on both sides.
void thread_pool_core::tell_watchers() noexcept {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (watchers_.load(std::memory_order_relaxed) == 0) return;
  const std::lock_guard lock(mutex_);
  job_ended_.notify_all();
}

void thread_pool_core::drain() noexcept {
  {
    std::unique_lock lock(mutex_);
    if (is_shut_down_) return;
    if (this_worker() == nullptr) {
      ++watchers_;
      std::atomic_thread_fence(std::memory_order_seq_cst);
      job_ended_.wait(lock, [this] { return all_ended(0) || live_ == 0; });
      --watchers_;
      return;
    }
  }
  this_worker()->wait_for_others();
}

void thread_pool_core::close() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (is_shut_down_) return;
  }
  shutdown(true, false);
}

}  // namespace overlap::futures::detail
