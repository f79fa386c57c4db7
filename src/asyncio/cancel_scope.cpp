// src/asyncio/cancel_scope.cpp
//
// The explicit scope and the shield.

#include <overlap/asyncio/cancel_scope.hpp>

namespace overlap::asyncio {

void cancel_scope::cancel(shared_text reason, std::source_location place) {
  if (called_ || stage_ == stage::left) return;
  called_ = true;
  reason_ = std::move(reason);
  place_ = place;
  if (stage_ == stage::entered) body_->own.cancel(reason_, place_);
}

void cancel_scope::on_enter() {
  if (options_.shield) {
    body_->own.shield = true;
    body_->own.effective = false;
  }
  if (called_) {
    body_->own.cancel(reason_, place_);
    return;
  }
  if (limit_ != duration::infinite()) options_.deadline = detail::loop_now(body_->loop()) + limit_;
  arm();
}

void cancel_scope::arm() {
  alarm_.set(body_->loop(), options_.deadline, this, [](void* owner) {
    auto* scope = static_cast<cancel_scope*>(owner);
    scope->cancel("the deadline passed", scope->place_);
  });
}

void cancel_scope::set_deadline(time_point deadline) {
  if (called_ || stage_ == stage::left) return;
  options_.deadline = deadline;
  limit_ = duration::infinite();
  if (stage_ == stage::entered) arm();
}

bool cancel_scope::on_body_end() {
  alarm_.clear(body_->loop());
  return true;
}

void cancel_scope::throw_errors() { caught_ = body_->ended == detail::task_end::stopped; }

void detail::shield_scope::on_enter() {
  body_->own.shield = true;
  body_->own.effective = false;
}

}  // namespace overlap::asyncio
