// src/futures/thread_pool_core.cpp
//
// Taking jobs, and starting threads for them.

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

std::uint64_t checked_max_tasks(int wanted) {
  if (wanted >= 0) return static_cast<std::uint64_t>(wanted);
  throw invalid_value_error("making a thread pool: max_tasks is " + std::to_string(wanted) +
                            "; it is a number of jobs, or 0 for no limit");
}

}  // namespace

thread_pool_core::thread_pool_core(thread_pool_options options)
    : max_workers_(checked_max_workers(options.max_workers)),
      forking_workers_(std::min(max_workers_, static_cast<std::size_t>(platform::usable_cpu_count()))),
      searchers_max_(std::max<std::size_t>(forking_workers_ / 2, 1)),
      max_tasks_(checked_max_tasks(options.max_tasks)),
      name_(pool_name(options.thread_name_prefix)),
      initializer_(std::move(options.initializer)),
      places_(max_workers_) {
  const std::lock_guard lock(mutex_);
  set_growth();
  if (!options.warm_start) return;
  while (live_ < max_workers_) start_worker();
}

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
  // What came too late was cancelled by whoever brought it.
  cancel_all();
}

thread_pool_worker* thread_pool_core::this_worker() const noexcept {
  // The workers of this module are all workers of thread pools.
  auto* worker = static_cast<thread_pool_worker*>(this_fork_worker);
  return worker != nullptr && worker->belongs_to(*this) ? worker : nullptr;
}

void thread_pool_core::require_open() {
  if (idle_.has(idle_.refuses)) throw_refusal();
}

void thread_pool_core::throw_refusal() {
  const std::lock_guard lock(mutex_);
  if (!broken_.empty()) throw broken_thread_pool(broken_);
  throw invalid_state_error("submitting to pool '" + name_ +
                            "': it was shut down; submit before, or make another pool");
}

void thread_pool_core::enqueue(job& work) {
  require_open();
  work.state().set_source(this);
  thread_pool_worker* const worker = this_worker();
  if (worker != nullptr && worker->is_running_a_job() && worker->push(work)) {
    worker->counts_.submitted.add();
  } else {
    injected_.push(work);
  }
  if (idle_.work_added()) settle(work);
}

void thread_pool_core::enqueue_with_priority(job& work, int priority) {
  if (priority == 0) return enqueue(work);
  require_open();
  work.state().set_source(this);
  lane_.push(work, priority);
  if (idle_.work_added()) settle(work);
}

// The job is in a line, and may be over already; the caller's future keeps its state.
void thread_pool_core::settle(job& work) {
  if (idle_.has(idle_.refuses)) return withdraw(work);
  if (idle_.has(idle_.may_start) && needs_thread()) start_for(work);
  idle_.wake_one();
}

// The pool refuses, perhaps since before anybody could see the job (invariant 3). Throws, unless it has
// begun.
void thread_pool_core::withdraw(job& work) {
  if (!cancel_in_line(work)) return;
  throw_refusal();
}

// The line keeps its owner, and the caller gets another one back.
bool thread_pool_core::cancel_in_line(job& work) noexcept {
  future_state_base& state = work.state();
  if (!state.cancel()) return false;
  state.add_owner();
  return true;
}

// More jobs that have not begun than threads that could begin one.
bool thread_pool_core::needs_thread() const noexcept {
  std::uint64_t begun = 0;
  std::size_t busy = 0;
  for_each_worker([&](const thread_pool_worker& worker) {
    begun += worker.counts().begun.value() + worker.counts().cancelled.value();
    busy += worker.is_busy() ? 1 : 0;
  });
  begun += outside_.cancelled.value();
  return submitted() > begun + live_.load(std::memory_order_relaxed) - busy;
}

void thread_pool_core::start_for(job& work) {
  std::unique_lock lock(mutex_);
  if (idle_.has(idle_.refuses)) {
    // There may be no worker who would find it.
    lock.unlock();
    return withdraw(work);
  }
  if (live_ >= max_workers_ || !needs_thread()) return;
  try {
    start_worker();
  } catch (const std::system_error& error) {
    // The workers there are will do it; without any, the job can never run.
    const bool is_hopeless = live_ == 0;
    lock.unlock();
    if (!is_hopeless || !cancel_in_line(work)) return;
    throw os_error(error.code().value(), "start a thread for pool", name_,
                   "the limit of processes (ulimit -u) or of memory may be reached");
  }
}

// Forks are for the processors there are, not for all the threads there may be.
void thread_pool_core::offer_forks() noexcept {
  if (idle_.has(idle_.may_start_forking)) {
    const std::lock_guard lock(mutex_);
    std::size_t busy = 0;
    for_each_worker([&](const thread_pool_worker& worker) { busy += worker.is_busy() ? 1 : 0; });
    if (live_ < forking_workers_ && live_ <= busy && !idle_.has(idle_.refuses)) {
      try {
        start_worker();
      } catch (...) {
        idle_.clear(idle_.may_start_forking);  // its owner does the work
      }
    }
  }
  idle_.wake_one();
}

// Under the mutex.
void thread_pool_core::set_growth() noexcept {
  (live_ < max_workers_) ? idle_.set(idle_.may_start) : idle_.clear(idle_.may_start);
  (live_ < forking_workers_) ? idle_.set(idle_.may_start_forking) : idle_.clear(idle_.may_start_forking);
}

void thread_pool_core::start_worker() {
  std::size_t place = 0;
  const std::size_t count = place_count_.load(std::memory_order_relaxed);
  while (place < count && places_[place]->has_thread_) ++place;
  if (place == count) {
    places_[place] = std::make_unique<thread_pool_worker>(*this, place);
    // Release pairs with the acquire in for_each_worker().
    place_count_.store(count + 1, std::memory_order_release);
  }
  start_thread(*places_[place]);
  places_[place]->has_thread_ = true;
  ++live_;
  set_growth();
}

void thread_pool_core::start_thread(thread_pool_worker& worker) {
  std::string name = thread_name(name_, started_);
  add_reference();
  try {
    threads_.emplace_back([this, &worker, name = std::move(name)] { worker_main(worker, name); });
  } catch (...) {
    drop_reference();
    throw;
  }
  ++started_;
}

thread_pool_statistics thread_pool_core::statistics() const {
  thread_pool_statistics now;
  now.max_workers = max_workers_;
  now.workers = live_;
  std::uint64_t begun = 0;
  std::uint64_t finished = 0;
  std::size_t busy = 0;
  // Ends before beginnings: no difference is negative.
  for_each_worker([&](const thread_pool_worker& worker) { finished += worker.counts().finished.value(); });
  for_each_worker([&](const thread_pool_worker& worker) {
    const job_counts& counts = worker.counts();
    now.completed += counts.completed.value();
    now.cancelled += counts.cancelled.value();
    now.helped += counts.helped.value();
    begun += counts.begun.value();
    busy += worker.is_busy() ? 1 : 0;
  });
  now.cancelled += outside_.cancelled.value();
  now.submitted = submitted();
  now.running = begun - finished;
  now.queued = now.submitted - begun - now.cancelled;
  now.idle_workers = now.workers - std::min(now.workers, busy);
  return now;
}

std::uint64_t thread_pool_core::submitted() const noexcept {
  std::uint64_t sum = injected_.added() + lane_.added();
  for_each_worker([&](const thread_pool_worker& worker) { sum += worker.counts().submitted.value(); });
  return sum;
}

}  // namespace overlap::futures::detail
