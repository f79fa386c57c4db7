// src/testing/virtual_time_reactor.hpp
//
// Puts a virtual clock on any reactor: where the loop would sleep until a timer, the clock jumps to it.
//
// Threads: as platform::reactor.
//
// Invariants
//   1. The clock jumps only in wait(), hence only when nothing is ready; and only as far as the next timer.
//   2. It does not jump past something that has come: neither a completion nor a wake.
//   3. A wait without a limit is a real one: only the outside world can end it.
#pragma once

#include <atomic>
#include <memory>

#include "platform/reactor.hpp"
#include "testing/virtual_clock.hpp"

namespace overlap::testing::detail {

class virtual_time_reactor final : public platform::reactor {
 public:
  virtual_time_reactor(std::unique_ptr<platform::reactor> real, virtual_clock& clock,
                       duration patience) noexcept
      : real_(std::move(real)), clock_(clock), patience_(patience) {}

  [[nodiscard]] bool submit(platform::io_operation& operation) override { return real_->submit(operation); }
  void request_cancel(platform::io_operation& operation) override { real_->request_cancel(operation); }
  /// `until` is a moment of the virtual clock.
  void wait(time_point until, platform::completion_list& completed) override;
  void wake() noexcept override;
  [[nodiscard]] std::size_t pending() const noexcept override { return real_->pending(); }
  [[nodiscard]] int pollable_descriptor() override { return real_->pollable_descriptor(); }
  [[nodiscard]] std::string_view name() const noexcept override { return real_->name(); }

 private:
  /// Collects what has come; if something may come, waits for it with patience.
  void look_outside(platform::completion_list& completed);
  [[nodiscard]] bool is_woken() const noexcept;
  [[nodiscard]] bool outside_may_bring_something() const noexcept;

  std::unique_ptr<platform::reactor> real_;
  virtual_clock& clock_;
  duration patience_;
  std::atomic<bool> woken_{false};
};

}  // namespace overlap::testing::detail
