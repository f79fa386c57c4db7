// src/testing/exploration_report.cpp
//
// What explore tells people.

#include <cerrno>  // program_invocation_name
#include <string>

#include <overlap/testing/explore.hpp>

#include "testing/failure_text.hpp"
#include "testing/replay_text.hpp"

namespace overlap::testing {

namespace {

// A shell takes every word of it as it stands.
std::string repeating_line(const exploration_report& report) {
  std::string line = "OVERLAP_REPLAY=";
  line.append(report.replay.view()).append(" ").append(program_invocation_name);
  if (!report.arguments.empty()) line.append(" ").append(report.arguments.view());
  return line;
}

std::string failure_note(const exploration_report& report) {
  std::string text = "schedule " + std::to_string(report.schedules);
  if (report.seed != 0) text.append(" (seed ").append(std::to_string(report.seed)).append(")");
  text.append(" failed: ").append(detail::text_of_failure(report.failure)).append("\n  choices: ");
  text.append(report.replay.view());
  if (report.shrink_runs != 0)
    text.append(" (made small in ").append(std::to_string(report.shrink_runs)).append(" runs)");
  if (!report.faults.empty()) text.append("\n  faults: ").append(report.faults.view());
  text.append("\n  run it again: ").append(repeating_line(report));
  if (!report.divergence.empty()) {
    text.append("\n  OVERLAP_REPLAY does not fit this program: ").append(report.divergence.view());
    text.append("; the choices above are what was chosen instead");
  }
  if (!report.repeats) {
    text.append(
        "\n  the same choices did not fail again: the test depends on something else (state outside of "
        "the callable, threads, addresses, the real clock); check_deterministic may find it");
  }
  return text;
}

}  // namespace

const char* name_of(strategy which) noexcept {
  switch (which) {
    case strategy::pct:
      return "pct";
    case strategy::exhaustive:
      return "exhaustive";
    case strategy::preemption_bounded:
      return "preemption_bounded";
    case strategy::random:
      break;
  }
  return "random";
}

std::vector<std::uint32_t> exploration_report::choices() const {
  return replay.empty() ? std::vector<std::uint32_t>() : detail::choices_of_text(replay.view());
}

shared_text exploration_report::note() const {
  if (failed()) return shared_text(failure_note(*this));
  std::string text = std::to_string(schedules) + " schedules of up to " + std::to_string(choices_max) +
                     " choices, none of which failed";
  if (complete) text.append("; there are no others within the bounds");
  return shared_text(text);
}

}  // namespace overlap::testing
