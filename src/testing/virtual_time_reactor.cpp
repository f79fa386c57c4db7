// src/testing/virtual_time_reactor.cpp
//
// See the rules in the header.

#include "testing/virtual_time_reactor.hpp"
#include "asyncio/event_loop_state.hpp"
#include "platform/clock.hpp"

namespace overlap::testing::detail {

namespace {
constexpr time_point only_look{};
}  // namespace

void virtual_time_reactor::wait(time_point until, platform::completion_list& completed) {
  if (until.is_never()) {
    real_->wait(until, completed);
  } else if (until <= clock_.now()) {
    real_->wait(only_look, completed);
  } else {
    const bool is_quiet = look_outside(completed);
    // Acquire pairs with the release in wake(): what came with the wake is found by the next turn.
    if (is_quiet && completed.empty() && !woken_.load(std::memory_order_acquire)) clock_.advance_to(until);
  }
  woken_.store(false, std::memory_order_relaxed);
}

bool virtual_time_reactor::look_outside(platform::completion_list& completed) {
  if (!outside_may_bring_something()) {
    real_->wait(only_look, completed);
    return true;
  }
  const time_point limit = platform::monotonic_clock().now() + patience_;
  real_->wait(limit, completed);
  return platform::monotonic_clock().now() >= limit;  // a reactor may also return early, with nothing
}

void virtual_time_reactor::wake() noexcept {
  woken_.store(true, std::memory_order_release);
  real_->wake();
}

bool virtual_time_reactor::outside_may_bring_something() const noexcept {
  if (real_->pending() != 0) return true;
  const asyncio::detail::loop_core* loop = asyncio::detail::running_loop;  // null while the loop is closed
  return loop != nullptr && asyncio::detail::state_of(*loop).has_external_work();
}

}  // namespace overlap::testing::detail
