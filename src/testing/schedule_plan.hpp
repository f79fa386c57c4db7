// src/testing/schedule_plan.hpp
//
// A strategy over many schedules: which one is run next, given what the last ones were.
//
// Threads: one only.
//
// Invariants
//   1. Calls alternate: next(), the run of its source, ended().
//   2. A plan depends on the options and the traces only, so it is the same on every machine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <overlap/testing/explore.hpp>

#include "testing/choice_recorder.hpp"

namespace overlap::testing::detail {

class schedule_plan {
 public:
  virtual ~schedule_plan() = default;

  /// Who decides in the next schedule; valid until the next call. Null: there is none left.
  virtual choice_source* next() = 0;
  /// What that schedule was.
  virtual void ended(const std::vector<choice>& trace) = 0;
  /// All schedules within the bounds have been run.
  [[nodiscard]] virtual bool complete() const noexcept { return false; }
  /// Of the schedule that next() gave; 0: none.
  [[nodiscard]] virtual std::uint64_t seed() const noexcept { return 0; }
};

/// `schedules`: how many will be run at most. `only_seed`: of the strategies with a seed just this one.
std::unique_ptr<schedule_plan> make_plan(const exploration_options& options, std::size_t schedules,
                                         std::optional<std::uint64_t> only_seed);

/// exhaustive_plan.cpp
std::unique_ptr<schedule_plan> make_exhaustive_plan(std::size_t depth_max);
/// preemption_plan.cpp
std::unique_ptr<schedule_plan> make_preemption_plan(unsigned preemptions_max, std::size_t schedules);

}  // namespace overlap::testing::detail
