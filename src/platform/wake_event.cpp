// src/platform/wake_event.cpp
//
// The calls on the eventfd go to the kernel directly, not through system_calls.hpp: signal handlers and
// other threads make them.

#include "platform/wake_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include <overlap/base/error.hpp>

namespace overlap::platform {

wake_event::wake_event() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!descriptor_) throw os_error(errno, "create an eventfd to wake the event loop");
}

void wake_event::signal() noexcept {
  // Pairs with the exchange in seen(): the loop, once it has cleared the flag, sees everything that was
  // done before any signal() that found the flag set.
  if (signalled_.exchange(true, std::memory_order_acq_rel)) return;
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  // EAGAIN would mean a counter of 2^64 - 2, which still is readable.
  while (::write(descriptor_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
  errno = saved_errno;
}

void wake_event::seen() noexcept { signalled_.exchange(false, std::memory_order_acq_rel); }

void wake_event::take() noexcept {
  std::uint64_t count = 0;
  while (::read(descriptor_.get(), &count, sizeof count) < 0 && errno == EINTR) {
  }
  // After the read, not before: a signal in between is covered by this look, and one after it writes anew.
  seen();
}

}  // namespace overlap::platform
