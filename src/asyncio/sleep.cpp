// src/asyncio/sleep.cpp
//
// The timer's two ends: it fires, or its scope is cancelled first.

#include <overlap/asyncio/sleep.hpp>

namespace overlap::asyncio::detail {

void sleep_awaiter::start() {
  loop_core& loop = *suspended->task->loop;
  fired = [](timer* alarm) { wake(*static_cast<sleep_awaiter*>(alarm)); };
  start_timer(loop, *this, is_absolute_ ? when_ : loop_now(loop) + delay_);
}

bool sleep_awaiter::withdraw_sleep(waiter* leaf) noexcept {
  auto* sleeping = static_cast<sleep_awaiter*>(leaf);
  cancel_timer(*leaf->suspended->task->loop, *sleeping);
  return true;
}

}  // namespace overlap::asyncio::detail
