// src/testing/simulation.hpp
//
// One run of one program: a loop put together from simulated parts. What simulate, explore and
// check_deterministic have in common.
//
// Threads: one thread, which runs no other loop meanwhile.
//
// Invariants
//   1. run() is called once. Everything that happens in it is a function of the answers of the source, as
//      long as the program does nothing that depends on threads, addresses or the real clock.
#pragma once

#include <source_location>

#include <overlap/testing/simulate.hpp>

#include "testing/choice_recorder.hpp"
#include "testing/fault_plan.hpp"
#include "testing/loop_thread_jobs.hpp"
#include "testing/replay_source.hpp"
#include "testing/virtual_clock.hpp"

namespace overlap::testing::detail {

class simulation {
 public:
  /// `source` decides; null: everything happens in the order of a real loop. Both are borrowed. Throws
  /// invalid_value_error if the options do not fit together.
  simulation(const simulation_options& options, choice_source* source);

  /// Throws what asyncio::run throws, but for the error of `root` itself.
  void run(asyncio::detail::task_record& root, asyncio::detail::promise_base& body,
           std::source_location place);

  [[nodiscard]] const choice_recorder& recorder() const noexcept { return recorder_; }
  [[nodiscard]] const fault_log& faults() const noexcept { return faults_; }
  [[nodiscard]] time_point now() const noexcept { return clock_.now(); }

 private:
  const simulation_options& options_;
  bool is_in_order_;
  replay_source in_order_;
  choice_recorder recorder_;
  fault_log faults_;
  virtual_clock clock_;
  loop_thread_jobs jobs_;
};

}  // namespace overlap::testing::detail
