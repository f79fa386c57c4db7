// src/testing/simulated_reactor.cpp
//
// Waiting is for wake() alone.

#include <string>
#include <utility>

#include <overlap/base/error.hpp>

#include "testing/simulated_reactor.hpp"

namespace overlap::testing::detail {

namespace {
thread_local kept_sleeper* keeper = nullptr;
}  // namespace

kept_sleeper::kept_sleeper() noexcept : outer_(std::exchange(keeper, this)) {}
kept_sleeper::~kept_sleeper() { keeper = outer_; }

// A wake of the last simulation may be left: the first wait then returns with nothing, as any wait may.
simulated_reactor::simulated_reactor() {
  if (keeper != nullptr) sleeper_ = std::move(keeper->idle_);
  if (!sleeper_) sleeper_ = platform::make_epoll_reactor();
}

simulated_reactor::~simulated_reactor() {
  if (keeper != nullptr && !is_shared_) keeper->idle_ = std::move(sleeper_);
}

int simulated_reactor::pollable_descriptor() {
  is_shared_ = true;
  return sleeper_->pollable_descriptor();
}

bool simulated_reactor::submit(platform::io_operation& operation) {
  throw invalid_state_error("a simulation has no kernel, so nothing can be done with descriptor " +
                            std::to_string(operation.fd) +
                            "; set simulation_options::on to backend::epoll or backend::io_uring");
}

void simulated_reactor::request_cancel(platform::io_operation& operation) {
  static_cast<void>(operation);  // none was ever accepted
}

void simulated_reactor::wait(time_point until, platform::completion_list& completed) {
  if (until == time_point()) return;  // there is nothing to look at; a wake is kept for the next real wait
  sleeper_->wait(until, completed);
}

}  // namespace overlap::testing::detail
