// src/asyncio/timeout.cpp
//
// A timer that cancels the scope it belongs to.

#include <cstdio>
#include <string>

#include <overlap/asyncio/timeout.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio {

namespace {

std::string seconds_text(duration value) {
  char text[40];
  std::snprintf(text, sizeof text, "%g s", value.seconds());
  return text;
}

}  // namespace

timeout::~timeout() = default;

void timeout::on_enter() {
  if (!absolute_) when_ = detail::loop_now(body_->loop()) + limit_;
  arm();
}

void timeout::arm() {
  alarm_.set(body_->loop(), when_, this, [](void* owner) { static_cast<timeout*>(owner)->expire(); });
}

void timeout::expire() {
  expired_ = true;
  body_->own.cancel("the time limit passed", place_);
}

bool timeout::on_body_end() {
  alarm_.clear(body_->loop());
  stopped_ = body_->ended == detail::task_end::stopped;
  return true;
}

void timeout::reschedule(time_point when) {
  if (stage_ != stage::entered || expired_) {
    throw invalid_state_error("timeout::reschedule: only between entering and the moment the limit passes");
  }
  when_ = when;
  arm();
}

void timeout::throw_errors() {
  if (!stopped_) return;
  std::string text = "the operation timed out";
  if (!absolute_) text.append(" after ").append(seconds_text(limit_));
  throw timeout_error(text);
}

}  // namespace overlap::asyncio
