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
  if (called_) body_->own.cancel(reason_, place_);
}

void cancel_scope::throw_errors() { caught_ = body_->ended == detail::task_end::stopped; }

void detail::shield_scope::on_enter() {
  body_->own.shield = true;
  body_->own.effective = false;
}

}  // namespace overlap::asyncio
