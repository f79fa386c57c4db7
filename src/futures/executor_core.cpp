// src/futures/executor_core.cpp
//
// The counts of users and references.

#include <atomic>

#include <overlap/futures/detail/executor_core.hpp>

namespace overlap::futures::detail {

void executor_core::add_user() noexcept { std::atomic_ref(users_).fetch_add(1, std::memory_order_relaxed); }

void executor_core::drop_user() noexcept {
  // Release pairs with the acquire of the last one: closing sees every other user's last access.
  if (std::atomic_ref(users_).fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  close();
  drop_reference();
}

void executor_core::add_reference() noexcept {
  std::atomic_ref(references_).fetch_add(1, std::memory_order_relaxed);
}

void executor_core::drop_reference() noexcept {
  // The same pairing, for the destruction.
  if (std::atomic_ref(references_).fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void submit_job(executor_core& core, job& work) {
  try {
    core.enqueue(work);
  } catch (...) {
    work.cancel();
    throw;
  }
}

}  // namespace overlap::futures::detail
