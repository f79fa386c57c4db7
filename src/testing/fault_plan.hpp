// src/testing/fault_plan.hpp
//
// Which fault hits which operation: by the script, or by the choices of the run.
//
// Threads: the loop's thread only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <overlap/testing/faults.hpp>

#include "platform/reactor.hpp"
#include "testing/choice_recorder.hpp"

namespace overlap::testing::detail {

/// What was done to the program, for people.
struct fault_log {
  std::uint64_t count = 0;
  std::string text;
};

/// A fault for one operation.
struct planned_fault {
  fault what = fault::failure;
  int error = 0;          // errno
  std::size_t bytes = 0;  // of a short transfer, at most
  duration delay = {};
};

class fault_plan {
 public:
  fault_plan(const fault_options& options, choice_recorder& choices, fault_log& log)
      : options_(options), choices_(choices), log_(log), seen_by_script_(options.script.size()) {}

  /// Called once for each operation.
  std::optional<planned_fault> next(const platform::io_operation& operation);

  [[nodiscard]] bool reorders() const noexcept { return options_.reorder; }
  /// Which of `count` completions is told first.
  std::size_t choose_first(std::size_t count);

 private:
  std::optional<planned_fault> from_script(const platform::io_operation& operation);
  std::optional<planned_fault> by_chance(const platform::io_operation& operation);
  /// A number below `count`: 0, but for the chance given.
  std::size_t ask(double chance, std::size_t count = 2);
  void note(const platform::io_operation& operation, const planned_fault& planned);

  const fault_options& options_;
  choice_recorder& choices_;
  fault_log& log_;
  std::vector<std::uint64_t> seen_by_script_;  // how many operations each line of the script has matched
  std::uint64_t operations_ = 0;
};

}  // namespace overlap::testing::detail
