// src/asyncio/scope.cpp
//
// How a cancellation spreads. Nothing is resumed or destroyed here: leaves that could be withdrawn are
// queued, the others have been asked to end and queue themselves.

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/scope.hpp>

namespace overlap::asyncio::detail {

void scope::cancel(shared_text why, std::source_location where) {
  if (cancelled) return;
  cancelled = true;
  reason = std::move(why);
  origin = where;
  if (!effective) spread();
}

const scope* scope::cancelled_by() const noexcept {
  for (const scope* inner = this; inner != nullptr; inner = inner->shield ? nullptr : inner->parent) {
    if (inner->cancelled) return inner;
  }
  return nullptr;
}

void scope::spread() {
  effective = true;
  if (leaf != nullptr && leaf->phase == wait_state::waiting && leaf->withdraw(leaf)) wake_stopped(*leaf);
  for (scope* inner = first_child; inner != nullptr;) {
    scope* following = inner->next_sibling;
    if (inner->shield) {
      if (inner->outer_cancelled != nullptr) inner->outer_cancelled(inner->owner);
    } else if (!inner->effective) {
      inner->spread();
    }
    inner = following;
  }
}

}  // namespace overlap::asyncio::detail
