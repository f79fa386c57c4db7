// src/platform/signal_handlers.cpp
//
// One count of running handlers for the whole process.

#include "platform/signal_handlers.hpp"

#include <sched.h>

#include <atomic>
#include <cerrno>
#include <string>

#include <overlap/base/error.hpp>

namespace overlap::platform {

namespace {

std::atomic<int> running_handlers{0};
static_assert(std::atomic<int>::is_always_lock_free, "signal handlers use it");

}  // namespace

// Sequentially consistent, as the owners' pointers are: either the handler is counted before the owner looks
// here, or it looks its owner up after that was withdrawn.
handler_presence::handler_presence() noexcept { running_handlers.fetch_add(1); }

handler_presence::~handler_presence() { running_handlers.fetch_sub(1); }

void wait_for_running_handlers() noexcept {
  while (running_handlers.load() != 0) ::sched_yield();
}

replaced_handler replace_handler(int signal, void (*handler)(int)) {
  replaced_handler replaced;
  replaced.signal = signal;
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  if (::sigaction(signal, &action, &replaced.before) != 0)
    throw os_error(errno, "install a handler for signal", std::to_string(signal));
  return replaced;
}

void restore_handler(const replaced_handler& replaced) noexcept {
  ::sigaction(replaced.signal, &replaced.before, nullptr);
}

}  // namespace overlap::platform
