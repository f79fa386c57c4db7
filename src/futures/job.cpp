// src/futures/job.cpp
//
// How a job ends.

#include <utility>

#include <overlap/futures/detail/job.hpp>

namespace overlap::futures::detail {

void job::deliver() noexcept {
  future_state_base& shared = state();
  shared.finish_result();
  shared.drop_owner();
}

void job::run() noexcept {
  if (state().try_start()) {
    execute();
    deliver();
  } else {
    state().drop_owner();
  }
}

bool job::fail(std::exception_ptr error) noexcept {
  future_state_base& shared = state();
  const bool fails = shared.try_start();
  if (fails) {
    shared.store_exception_of_work(std::move(error));
    shared.drop_work();
    shared.finish_result();
  }
  shared.drop_owner();
  return fails;
}

void job::cancel() noexcept {
  future_state_base& shared = state();
  shared.cancel();
  shared.drop_owner();
}

}  // namespace overlap::futures::detail
