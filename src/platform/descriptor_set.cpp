// src/platform/descriptor_set.cpp
//
// See descriptor_set.hpp.

#include "platform/descriptor_set.hpp"

#include <algorithm>
#include <cerrno>

#include <overlap/base/error.hpp>

#include "platform/system_calls.hpp"

namespace overlap::platform {

namespace {

constexpr std::size_t events_max = 128;

}  // namespace

descriptor_set::descriptor_set() : set_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!set_) throw os_error(errno, "create an epoll descriptor", {}, "raise `ulimit -n`");
}

int descriptor_set::change(int fd, std::uint32_t before, std::uint32_t after, std::uint64_t tag) noexcept {
  epoll_event registration{};
  registration.events = after;
  registration.data.u64 = tag;
  const int action = after == 0 ? EPOLL_CTL_DEL : before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  return kernel.epoll_ctl(set_.get(), action, fd, &registration) == 0 ? 0 : errno;
}

std::size_t descriptor_set::collect(event* events, std::size_t size) noexcept {
  epoll_event came[events_max];
  const int count =
      kernel.epoll_wait(set_.get(), came, static_cast<int>(std::min(size, events_max)), /*timeout=*/0);
  for (int index = 0; index < count; ++index) events[index] = {came[index].data.u64, came[index].events};
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace overlap::platform
