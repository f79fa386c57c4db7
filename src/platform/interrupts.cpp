// src/platform/interrupts.cpp
//
// The SIGINT handler.

#include "platform/interrupts.hpp"

#include <unistd.h>

#include <csignal>

namespace overlap::platform {

namespace {

std::atomic<interrupt_guard*> active_guard{nullptr};
std::atomic<void (*)() noexcept> second_interrupt_dump{nullptr};
static_assert(std::atomic<interrupt_guard*>::is_always_lock_free, "the signal handler uses it");
static_assert(std::atomic<void (*)() noexcept>::is_always_lock_free, "the signal handler uses it");

bool has_default_handling() noexcept {
  struct sigaction present{};
  ::sigaction(SIGINT, nullptr, &present);
  return (present.sa_flags & SA_SIGINFO) == 0 && present.sa_handler == SIG_DFL;
}

// By the signal, not by exit: whoever started us learns that it was Ctrl-C.
void end_process_by_interrupt() noexcept {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  // Kernel: SIGINT is blocked while its handler runs, and ends the process as soon as that returns.
  ::raise(SIGINT);
}

}  // namespace

void set_second_interrupt_dump(void (*dump)() noexcept) noexcept { second_interrupt_dump.store(dump); }

interrupt_guard::interrupt_guard(reactor& to_wake) : to_wake_(to_wake) {
  if (::gettid() != ::getpid() || !has_default_handling()) return;
  active_guard.store(this);
  try {
    replaced_ = replace_handler(SIGINT, handle);
  } catch (...) {
    active_guard.store(nullptr);
    throw;
  }
  is_active_ = true;
}

interrupt_guard::~interrupt_guard() {
  if (!is_active_) return;
  restore_handler(replaced_);
  active_guard.store(nullptr);
  wait_for_running_handlers();
}

void interrupt_guard::handle(int) {
  const handler_presence presence;
  interrupt_guard* guard = active_guard.load();
  if (guard == nullptr) return;
  if (guard->had_first_.exchange(true)) {
    if (auto* dump = second_interrupt_dump.load()) dump();
    end_process_by_interrupt();
    return;
  }
  // Pairs with the exchange in taken().
  guard->has_come_.store(true, std::memory_order_release);
  guard->to_wake_.wake();
}

}  // namespace overlap::platform
