// src/futures/job.cpp
//
// How a job ends.

#include <utility>

#include <overlap/futures/detail/job.hpp>

namespace overlap::futures::detail {

void job::deliver(bool executed) noexcept {
  future_state_base& shared = state();
  if (executed) shared.finish_result();
  shared.drop_owner();
}

void job::fail(std::exception_ptr error) noexcept {
  future_state_base& shared = state();
  if (shared.set_running_or_notify_cancel()) {
    shared.store_exception(std::move(error));
    shared.drop_work();
    shared.finish_result();
  }
  shared.drop_owner();
}

void job::cancel() noexcept {
  future_state_base& shared = state();
  shared.cancel();
  shared.drop_owner();
}

}  // namespace overlap::futures::detail
