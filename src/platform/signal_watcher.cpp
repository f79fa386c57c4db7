// src/platform/signal_watcher.cpp
//
// The handler looks its watcher up in a table by signal number.

#include "platform/signal_watcher.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <string>

#include <overlap/base/error.hpp>

namespace overlap::platform {

namespace {

constexpr int signal_max = 64;

std::array<std::atomic<signal_watcher*>, signal_max + 1> watchers{};
static_assert(std::atomic<signal_watcher*>::is_always_lock_free, "the signal handler uses it");
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "the signal handler uses it");

std::atomic<signal_watcher*>& watcher_of(int signal) noexcept {
  return watchers[static_cast<std::size_t>(signal)];
}

constexpr std::uint64_t bit_of(int signal) noexcept { return std::uint64_t{1} << (signal - 1); }

}  // namespace

signal_watcher::signal_watcher(std::initializer_list<int> signals) {
  replaced_.reserve(signals.size());
  try {
    for (const int signal : signals) add(signal);
  } catch (...) {
    remove_all();
    throw;
  }
}

signal_watcher::~signal_watcher() { remove_all(); }

int signal_watcher::take() noexcept {
  // Before looking: a signal that comes after the look makes the descriptor readable anew.
  event_.take();
  const std::uint64_t pending = pending_.load(std::memory_order_acquire);
  if (pending == 0) return 0;
  const int signal = std::countr_zero(pending) + 1;
  const std::uint64_t others = ~bit_of(signal);
  if ((pending_.fetch_and(others, std::memory_order_acq_rel) & others) != 0) event_.signal();
  return signal;
}

void signal_watcher::handle(int signal) {
  const handler_presence presence;
  signal_watcher* watcher = watcher_of(signal).load();
  if (watcher == nullptr) return;
  // Pairs with the load in take(), which comes after event_.take().
  watcher->pending_.fetch_or(bit_of(signal), std::memory_order_release);
  watcher->event_.signal();
}

void signal_watcher::add(int signal) {
  if (signal < 1 || signal > signal_max)
    throw os_error(EINVAL, "install a handler for signal", std::to_string(signal));
  signal_watcher* nobody = nullptr;
  if (!watcher_of(signal).compare_exchange_strong(nobody, this)) {
    throw invalid_state_error("signal " + std::to_string(signal) +
                              " is being watched already; keep one watcher for it");
  }
  try {
    replaced_.push_back(replace_handler(signal, handle));
  } catch (...) {
    watcher_of(signal).store(nullptr);
    throw;
  }
}

void signal_watcher::remove_all() noexcept {
  for (const replaced_handler& replaced : replaced_) {
    restore_handler(replaced);
    watcher_of(replaced.signal).store(nullptr);
  }
  wait_for_running_handlers();
}

}  // namespace overlap::platform
