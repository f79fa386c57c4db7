// src/testing/simulated_reactor.hpp
//
// A reactor without descriptors: other threads and signal handlers can wake it, and it refuses every
// operation.
//
// Threads: as platform::reactor.
#pragma once

#include <memory>

#include "platform/reactor.hpp"

namespace overlap::testing::detail {

class simulated_reactor final : public platform::reactor {
 public:
  simulated_reactor() : sleeper_(platform::make_epoll_reactor()) {}

  /// Throws invalid_state_error: a simulation has no kernel.
  [[nodiscard]] bool submit(platform::io_operation& operation) override;
  void request_cancel(platform::io_operation& operation) override;
  /// `until` is a moment of the monotonic clock.
  void wait(time_point until, platform::completion_list& completed) override;
  void wake() noexcept override { sleeper_->wake(); }
  [[nodiscard]] std::size_t pending() const noexcept override { return 0; }
  [[nodiscard]] int pollable_descriptor() override { return sleeper_->pollable_descriptor(); }
  [[nodiscard]] std::string_view name() const noexcept override { return "simulated"; }

 private:
  std::unique_ptr<platform::reactor> sleeper_;  // only to sleep and to be woken, also by a signal handler
};

}  // namespace overlap::testing::detail
