// src/testing/faulty_reactor.hpp
//
// Puts faults between a loop and its reactor: operations that fail, transfer less, are interrupted, or come
// back late.
//
// Threads: as platform::reactor.
//
// Invariants
//   1. The contract of platform::reactor holds for the loop above: each operation comes back exactly once,
//      and a fault that fails it means that it has not happened.
//   2. An operation is in changed_ from submit() until it comes back, if a fault has touched it; it is in
//      held_ after that, if it is to come back late.
#pragma once

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/reactor.hpp"
#include "testing/fault_plan.hpp"
#include "testing/virtual_clock.hpp"

namespace overlap::testing::detail {

class faulty_reactor final : public platform::reactor {
 public:
  /// `below` waits in virtual time.
  faulty_reactor(std::unique_ptr<platform::reactor> below, fault_plan plan, const virtual_clock& clock)
      : below_(std::move(below)), plan_(std::move(plan)), clock_(clock) {}

  [[nodiscard]] bool submit(platform::io_operation& operation) override;
  void request_cancel(platform::io_operation& operation) override;
  void wait(time_point until, platform::completion_list& completed) override;
  void wake() noexcept override { below_->wake(); }
  [[nodiscard]] std::size_t pending() const noexcept override { return below_->pending() + held_.size(); }
  [[nodiscard]] int pollable_descriptor() override { return below_->pollable_descriptor(); }
  [[nodiscard]] std::string_view name() const noexcept override { return below_->name(); }

 private:
  struct change {
    std::size_t length = 0;  // to be put back; 0: it was not changed
    duration delay = {};
    bool interrupted = false;  // it is being cancelled, and will be begun again
    bool cancelled = false;    // the loop wants its end
  };
  struct held_operation {
    platform::io_operation* operation;
    time_point until;
  };

  bool submit_changed(platform::io_operation& operation, const planned_fault& planned);
  void came_back(platform::io_operation& operation);
  void release_due();
  [[nodiscard]] time_point next_release() const noexcept;
  void tell(platform::completion_list& completed);

  std::unique_ptr<platform::reactor> below_;
  fault_plan plan_;
  const virtual_clock& clock_;
  std::unordered_map<platform::io_operation*, change> changed_;
  std::vector<held_operation> held_;
  std::vector<platform::io_operation*> told_;  // to be told at the end of wait()
};

}  // namespace overlap::testing::detail
