// src/asyncio/scope_alarm.cpp
//
// See scope_alarm.hpp.

#include <overlap/asyncio/detail/scope_alarm.hpp>

namespace overlap::asyncio::detail {

void scope_alarm::set(loop_core& loop, time_point when, void* owner, void (*passed)(void* owner)) {
  clear(loop);
  if (when.is_never()) return;
  if (when <= loop_now(loop)) {
    passed(owner);
    return;
  }
  owner_ = owner;
  passed_ = passed;
  fired = [](timer* rung) {
    auto* alarm = static_cast<scope_alarm*>(rung);
    alarm->passed_(alarm->owner_);
  };
  start_timer(loop, *this, when);
}

void scope_alarm::clear(loop_core& loop) noexcept { cancel_timer(loop, *this); }

}  // namespace overlap::asyncio::detail
