// src/testing/simulated_reactor.cpp
//
// Waiting is for wake() alone.

#include <string>

#include <overlap/base/error.hpp>

#include "testing/simulated_reactor.hpp"

namespace overlap::testing::detail {

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
