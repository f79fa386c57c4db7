// src/threading/wait_limit.cpp
//
// Limits that are asked for their token, and limits whose time runs.

#include <overlap/threading/detail/running_limit.hpp>

#include "platform/clock.hpp"

namespace overlap::threading::detail {

running_limit::running_limit(const wait_limit& whole) noexcept : whole_(whole), until_(time_point::never()) {
  const duration timeout = whole.timeout();
  if (timeout > duration() && !timeout.is_infinite()) until_ = platform::monotonic_clock().now() + timeout;
}

wait_limit running_limit::rest() const noexcept {
  wait_limit rest = whole_;
  if (!until_.is_never()) rest.set_timeout(until_ - platform::monotonic_clock().now());
  return rest;
}

}  // namespace overlap::threading::detail
