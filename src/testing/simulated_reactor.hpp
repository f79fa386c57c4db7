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

/// While it lives, the simulations of this thread pass on what they sleep with instead of making it anew: for
/// those who run thousands, as its descriptors cost more than a small simulation.
class kept_sleeper {
 public:
  kept_sleeper() noexcept;
  kept_sleeper(const kept_sleeper&) = delete;
  kept_sleeper& operator=(const kept_sleeper&) = delete;
  ~kept_sleeper();

 private:
  friend class simulated_reactor;
  kept_sleeper* outer_;
  std::unique_ptr<platform::reactor> idle_;
};

class simulated_reactor final : public platform::reactor {
 public:
  simulated_reactor();
  ~simulated_reactor() override;

  /// Throws invalid_state_error: a simulation has no kernel.
  [[nodiscard]] bool submit(platform::io_operation& operation) override;
  void request_cancel(platform::io_operation& operation) override;
  /// `until` is a moment of the monotonic clock.
  void wait(time_point until, platform::completion_list& completed) override;
  void wake() noexcept override { sleeper_->wake(); }
  [[nodiscard]] std::size_t pending() const noexcept override { return 0; }
  [[nodiscard]] int pollable_descriptor() override;
  [[nodiscard]] std::string_view name() const noexcept override { return "simulated"; }

 private:
  std::unique_ptr<platform::reactor> sleeper_;  // only to sleep and to be woken, also by a signal handler
  bool is_shared_ = false;                      // somebody has its descriptor
};

}  // namespace overlap::testing::detail
