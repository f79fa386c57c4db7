// src/platform/futex.cpp
//
// FUTEX_WAIT_BITSET is the one whose limit is an absolute moment of CLOCK_MONOTONIC, so that a sleep that was
// interrupted goes on to the same end.

#include "platform/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace overlap::platform {

namespace {

constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;

}  // namespace

bool futex_wait(const std::uint32_t& word, std::uint32_t expected, time_point until) noexcept {
  timespec limit{};
  if (!until.is_never()) {
    const std::int64_t left = until.since_start().nanoseconds();
    if (left <= 0) return false;  // the kernel refuses moments before its start
    limit.tv_sec = static_cast<std::time_t>(left / nanoseconds_a_second);
    limit.tv_nsec = static_cast<long>(left % nanoseconds_a_second);
  }
  const int saved = errno;
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                                until.is_never() ? nullptr : &limit, nullptr, FUTEX_BITSET_MATCH_ANY);
  const bool is_over = result != 0 && errno == ETIMEDOUT;
  errno = saved;
  return !is_over;
}

void futex_wake(const std::uint32_t& word, int count) noexcept {
  const int saved = errno;
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
  errno = saved;
}

}  // namespace overlap::platform
