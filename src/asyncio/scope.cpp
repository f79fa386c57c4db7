// src/asyncio/scope.cpp
//
// How a cancellation spreads. Nothing is resumed or destroyed here: leaves that could be withdrawn are
// queued, the others have been asked to end and queue themselves.

#include <memory>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/scope.hpp>

namespace overlap::asyncio::detail {

void scope::cancel(shared_text reason, std::source_location origin) {
  if (cancelled) return;
  why = new cancellation{std::move(reason), origin};
  cancelled = true;
  if (!effective) spread();
}

const scope* scope::cancelled_by() const noexcept {
  for (const scope* around = this; around != nullptr; around = around->shield ? nullptr : around->outer) {
    if (around->cancelled) return around;
  }
  return nullptr;
}

std::string_view scope::reason() const noexcept {
  return why != nullptr ? why->reason.view() : std::string_view();
}

scope* scope::following(const scope& root) const noexcept {
  return first_inner != nullptr ? first_inner : following_outside(root);
}

scope* scope::following_outside(const scope& root) const noexcept {
  for (const scope* at = this; at != &root; at = at->outer) {
    if (at->next_sibling != nullptr) return at->next_sibling;
  }
  return nullptr;
}

// Scopes may be nested deeper than a stack, so this walks the tree instead of calling itself.
void scope::spread() {
  for (scope* inner = this; inner != nullptr;) {
    if (inner->shield && inner != this) {
      auto* watched = inner->is_watched ? static_cast<watched_scope*>(inner) : nullptr;
      if (watched != nullptr && watched->outer_cancelled != nullptr) watched->outer_cancelled(watched->owner);
      inner = inner->following_outside(*this);
    } else if (inner->effective) {
      inner = inner->following_outside(*this);
    } else {
      inner->effective = true;
      waiter* waits = inner->leaf;
      if (waits != nullptr && waits->phase == wait_state::waiting && waits->withdraw(waits))
        wake_stopped(*waits);
      inner = inner->following(*this);
    }
  }
}

}  // namespace overlap::asyncio::detail
