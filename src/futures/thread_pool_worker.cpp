// src/futures/thread_pool_worker.cpp
//
// Where a worker takes its jobs from, and what it does without any.

#include "futures/thread_pool_worker.hpp"

#include <algorithm>
#include <utility>

#include "futures/thread_pool_core.hpp"

namespace overlap::futures::detail {

namespace {

// So often a worker looks elsewhere first, lest jobs that submit jobs keep those outside waiting for ever, or
// a long job those behind it in its worker's line.
constexpr std::uint32_t turns_of_own = 61;

// Taken from the common line at once: more would be out of the reach of others for longer.
constexpr std::uint64_t injected_max = 32;

// A worker falling asleep can miss a fork (work_offered). It looks again so much later.
constexpr duration nap = duration::from_nanoseconds(1'000'000);

}  // namespace

thread_pool_worker::thread_pool_worker(thread_pool_core& pool, std::size_t place) noexcept
    : fork_worker(pool), pool_(pool), place_(place) {}

bool thread_pool_worker::work() {
  tasks_left_ = pool_.max_tasks_;
  for (;;) {
    if (job* next = take()) {
      found_work();
      run(*next);
      if (tasks_left_ != 0 && --tasks_left_ == 0) return true;
    } else if (fork_frame* fork = steal_fork_of_others()) {
      found_work();
      run_fork(*fork);
    } else if (pool_.idle_.has(pool_.idle_.refuses) && !pool_.has_work()) {
      found_work();
      return false;
    } else {
      rest();
    }
  }
}

void thread_pool_worker::found_work() noexcept {
  has_napped_ = false;
  if (!std::exchange(is_searching_, false)) return;
  pool_.idle_.stop_searching([this] { return pool_.has_work(); });
}

void thread_pool_worker::rest() {
  pool_.tell_watchers();
  if (!is_searching_) is_searching_ = pool_.idle_.begin_search(pool_.searchers_max_);
  const auto is_wanted = [this] { return pool_.has_work() || pool_.idle_.has(pool_.idle_.refuses); };
  if (is_searching_ && spin_.until(is_wanted)) return;

  spin_.begin_sleep();
  const time_point until = has_napped_ ? time_point::never() : platform::monotonic_clock().now() + nap;
  has_napped_ = !pool_.idle_.fall_asleep(is_searching_, is_wanted, until);
  is_searching_ = true;
  spin_.end_sleep();
}

bool thread_pool_worker::push(job& work) noexcept {
  // seq_cst: see idle_workers, rule 3.
  return jobs_.push(&work, std::memory_order_seq_cst);
}

job* thread_pool_worker::take() noexcept {
  if (++turn_ % turns_of_own == 0) {
    if (job* found = steal_job_of_others()) return found;
    if (job* found = take_injected(true)) return found;
  }
  if (job* found = pool_.lane_.pop(1)) return found;
  if (job* found = take_own()) return found;
  if (job* found = take_injected(top_ != nullptr)) return found;
  if (job* found = steal_job_of_others()) return found;
  return pool_.lane_.pop(priority_lane::lowest_of_all);
}

// The oldest first, as with one common line.
job* thread_pool_worker::take_own() noexcept {
  while (!jobs_.empty()) {
    if (job* found = jobs_.steal()) return found;
  }
  return nullptr;
}

job* thread_pool_worker::take_injected(bool only_one) noexcept {
  injection_queue& line = pool_.injected_;
  if (line.empty() || !line.try_enter()) return nullptr;
  auto* first = static_cast<job*>(line.pop());
  std::uint64_t taken = first != nullptr ? 1 : 0;
  if (first != nullptr && !only_one && pool_.max_workers_ > 1) {
    // A small part, so that the order of beginnings is nearly that of arrival.
    const std::uint64_t waiting = line.added() - pool_.taken_;
    const std::uint64_t wanted = std::min(injected_max, waiting / (4 * pool_.max_workers_));
    while (taken < wanted) {
      auto* more = static_cast<job*>(line.pop());
      if (more == nullptr) break;
      jobs_.push(more);  // there is room: take_own() has found nothing
      ++taken;
    }
  }
  pool_.taken_ += taken;
  line.leave();
  if (taken > 1) {
    // Whoever looked for work while these were in neither line may have gone to sleep. One fence for all: see
    // idle_workers, rule 3.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (pool_.idle_.work_added()) pool_.idle_.wake_one();
  }
  return first;
}

job* thread_pool_worker::steal_job_of_others() noexcept {
  const std::size_t count = pool_.place_count_.load(std::memory_order_acquire);
  for (std::size_t step = 1; step < count; ++step) {
    thread_pool_worker& other = *pool_.places_[(place_ + step) % count];
    if (job* found = other.jobs_.steal()) return found;
  }
  return nullptr;
}

fork_frame* thread_pool_worker::steal_fork_of_others() noexcept {
  const std::size_t count = pool_.place_count_.load(std::memory_order_acquire);
  for (std::size_t step = 1; step < count; ++step) {
    thread_pool_worker& other = *pool_.places_[(place_ + step) % count];
    if (fork_frame* found = other.forks_.steal()) return found;
  }
  return nullptr;
}

// A job out of a line.
void thread_pool_worker::run(job& work) {
  future_state_base& state = work.state();
  if (state.try_start()) {
    run_started(work);
    return;
  }
  // Cancelled, or started by whoever waited for it.
  if (state.cancelled()) counts_.cancelled.add();
  state.drop_owner();
}

void thread_pool_worker::run_started(job& work) {
  const bool is_helping = top_ != nullptr;
  run_frame frame{top_, &work.state(), jobs_.bottom()};
  top_ = &frame;
  counts_.begun.add();
  is_busy_.store(true, std::memory_order_relaxed);

  work.execute();
  counts_.completed.add();
  if (is_helping) {
    counts_.helped.add();
  } else {
    // Before anybody hears of the result: who submits again on seeing it must find this worker idle, and not
    // start another (the release of the result publishes it).
    is_busy_.store(false, std::memory_order_relaxed);
  }
  work.deliver();

  top_ = frame.beneath;
  counts_.finished.add();
  is_busy_.store(is_helping, std::memory_order_relaxed);
}

std::uint64_t thread_pool_worker::depth() const noexcept {
  std::uint64_t jobs = 0;
  for (const run_frame* frame = top_; frame != nullptr; frame = frame->beneath)
    jobs += frame->state != nullptr;
  return jobs;
}

void thread_pool_worker::wait_for_others() {
  const std::uint64_t own = depth();
  std::unique_lock lock(pool_.mutex_);
  pool_.excused_ += own;
  ++pool_.watchers_;
  pool_.job_ended_.notify_all();  // others that wait like this have one less to wait for
  for (;;) {
    lock.unlock();
    if (job* next = take()) {
      run(*next);
      lock.lock();
      continue;
    }
    const bool has_more = pool_.has_work();
    lock.lock();
    if (pool_.all_ended(pool_.excused_)) break;
    if (!has_more) pool_.job_ended_.wait(lock);
  }
  --pool_.watchers_;
  pool_.excused_ -= own;
}

}  // namespace overlap::futures::detail
