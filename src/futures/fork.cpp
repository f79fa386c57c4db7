// src/futures/fork.cpp
//
// Offering forks, taking them back, and waiting for those that others have taken.
//
// Who waits for a fork helps its taker only: whatever is in the taker's line while the fork runs was offered
// by that fork or its descendants. So what is run on top of a waiting worker is always part of what it waits
// for, and cannot wait for what is buried under it.

#include <atomic>
#include <utility>

#include "futures/thread_pool_core.hpp"
#include "platform/futex.hpp"

namespace overlap::futures::detail {

namespace {

enum progress : std::uint32_t { open, awaited, ended };

// A waiting worker that has found nothing sleeps so long, and then looks whether it can help.
constexpr duration between_looks = duration::from_nanoseconds(500'000);

std::uint32_t progress_of(fork_frame& frame) noexcept {
  // Acquire pairs with the exchange in run_fork(): who sees the end sees what was done.
  return std::atomic_ref(frame.progress).load(std::memory_order_acquire);
}

}  // namespace

std::int64_t monotonic_nanoseconds() noexcept {
  return platform::monotonic_clock().now().since_start().nanoseconds();
}

bool fork_worker::offer(fork_frame& frame) noexcept {
  auto& worker = static_cast<thread_pool_worker&>(*this);
  if (!worker.forks_.push(&frame)) return false;
  if (worker.pool_.idle_.work_offered()) [[unlikely]]
    worker.pool_.offer_forks();
  return true;
}

bool fork_worker::take_back() noexcept {
  return static_cast<thread_pool_worker&>(*this).forks_.pop() != nullptr;
}

bool fork_worker::has_hungry_neighbours() const noexcept {
  return static_cast<const thread_pool_worker&>(*this).forks_.empty();
}

void thread_pool_worker::run_fork(fork_frame& frame) noexcept {
  // Release pairs with the acquire in wait_for().
  std::atomic_ref(frame.taker).store(this, std::memory_order_release);
  run_frame here{top_, nullptr, jobs_.bottom()};
  top_ = &here;
  is_busy_.store(true, std::memory_order_relaxed);
  {
    overlap::detail::context_storage storage;
    storage.values = std::move(frame.context);
    const overlap::detail::context_switch inside(storage);
    try {
      frame.run(*this, frame);
    } catch (...) {
      frame.error = std::current_exception();
    }
  }
  top_ = here.beneath;
  is_busy_.store(top_ != nullptr, std::memory_order_relaxed);
  // The frame may be gone afterwards; waking needs its address only.
  std::uint32_t& word = frame.progress;
  if (std::atomic_ref(word).exchange(ended, std::memory_order_acq_rel) == awaited)
    platform::futex_wake(word, 1);
}

void fork_worker::wait_for(fork_frame& frame) noexcept {
  auto& self = static_cast<thread_pool_worker&>(*this);
  const auto is_open = [&frame] { return progress_of(frame) != ended; };
  const auto help = [&] {
    auto* taker =
        static_cast<thread_pool_worker*>(std::atomic_ref(frame.taker).load(std::memory_order_acquire));
    if (taker == nullptr) return false;
    fork_frame* part = taker->forks_.steal_if(is_open);
    if (part == nullptr) return false;
    self.run_fork(*part);
    return true;
  };
  while (is_open()) {
    bool has_helped = false;
    if (self.spin_.until([&] { return !is_open() || (has_helped = help()); })) continue;
    self.spin_.begin_sleep();
    std::uint32_t expected = open;
    if (std::atomic_ref(frame.progress).compare_exchange_strong(expected, awaited) || expected == awaited) {
      platform::futex_wait(frame.progress, awaited, platform::monotonic_clock().now() + between_looks);
    }
    self.spin_.end_sleep();
  }
}

}  // namespace overlap::futures::detail
