// src/platform/sigpipe_block.cpp
//
// Blocks of one thread nest: the last one to end takes a pending SIGPIPE out and restores the mask.

#include "platform/sigpipe_block.hpp"

#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace overlap::platform {

namespace {

thread_local unsigned block_count = 0;
thread_local bool was_blocked_before = false;

sigset_t sigpipe_only() noexcept {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

sigpipe_block::sigpipe_block() noexcept {
  if (block_count++ != 0) return;
  const sigset_t set = sigpipe_only();
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &set, &before);
  was_blocked_before = ::sigismember(&before, SIGPIPE) == 1;
}

sigpipe_block::~sigpipe_block() {
  if (--block_count != 0 || was_blocked_before) return;
  const sigset_t set = sigpipe_only();
  const timespec at_once{};
  while (::sigtimedwait(&set, nullptr, &at_once) < 0 && errno == EINTR) {
  }
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace overlap::platform
