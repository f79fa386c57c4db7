// src/base/context.cpp
//
// Entering and leaving a context.

#include <overlap/base/assert.hpp>
#include <overlap/base/context.hpp>

namespace overlap {

detail::context_storage& detail::storage_of(context& object) noexcept { return object.storage_; }

context& context::operator=(const context& other) noexcept {
  OVERLAP_ASSERT(!__atomic_load_n(&is_running_, __ATOMIC_ACQUIRE),
                 "assign to a context when nothing runs in it; to change it from inside use set()");
  storage_ = other.storage_;
  return *this;
}

context::~context() {
  OVERLAP_ASSERT(!__atomic_load_n(&is_running_, __ATOMIC_ACQUIRE),
                 "keep a context alive until its run() has returned");
}

detail::context_storage& context::entrance::claim(context& entered) {
  if (__atomic_exchange_n(&entered.is_running_, true, __ATOMIC_ACQUIRE)) {
    throw invalid_state_error(
        "the context is already entered, here or by another thread; run a copy() of it");
  }
  return entered.storage_;
}

context::entrance::entrance(context& entered) : entered_(entered), switch_(claim(entered)) {}

context::entrance::~entrance() {
  // Pairs with the acquire exchange: the next one to run, on whatever thread, sees what was set.
  __atomic_store_n(&entered_.is_running_, false, __ATOMIC_RELEASE);
}

context copy_context() noexcept {
  context copy;
  copy.storage_ = detail::context_storage(detail::active_context());
  return copy;
}

}  // namespace overlap
