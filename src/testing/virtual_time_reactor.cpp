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
    look_outside(completed);
    if (completed.empty() && !is_woken()) clock_.advance_to(until);
  }
  woken_.store(false, std::memory_order_relaxed);
}

void virtual_time_reactor::look_outside(platform::completion_list& completed) {
  if (!outside_may_bring_something()) {
    real_->wait(only_look, completed);
    return;
  }
  const time_point limit = platform::monotonic_clock().now() + patience_;
  do {
    real_->wait(limit, completed);  // may return early, with nothing
  } while (completed.empty() && !is_woken() && platform::monotonic_clock().now() < limit);
}

// Acquire pairs with the release in wake(): what came with the wake is found by the next turn.
bool virtual_time_reactor::is_woken() const noexcept { return woken_.load(std::memory_order_acquire); }

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
