// src/testing/check_deterministic.cpp
//
// Two logs, compared step by step.

#include <algorithm>
#include <string>

#include <overlap/testing/check_deterministic.hpp>

#include "testing/body_run.hpp"
#include "testing/environment.hpp"
#include "testing/failure_text.hpp"
#include "testing/seeded_source.hpp"
#include "testing/step_log.hpp"

namespace overlap::testing::detail {

namespace {

struct logged_run {
  logged_run(std::uint64_t seed, const simulation_options& options, schedule_body& body,
             std::source_location place) {
    seeded_source source(seed);
    simulation course(options, &log);
    log.begin(source, course);
    failure = run_body(course, body, place);
    log.end();
  }
  step_log log;
  std::exception_ptr failure;
};

std::string step_text(const std::vector<logged_step>& steps, std::size_t index) {
  return index < steps.size() ? steps[index].text() : "none that was kept";
}

// Empty if there is none.
std::string difference(const step_log& first, const step_log& second) {
  const auto [one, other] = std::ranges::mismatch(first.steps(), second.steps(), &logged_step::same_as);
  if (one == first.steps().end() && other == second.steps().end() && first.hash() == second.hash()) return {};
  const auto index = static_cast<std::size_t>(one - first.steps().begin());
  return "step " + std::to_string(index) + "\n  of the first run:  " + step_text(first.steps(), index) +
         "\n  of the second run: " + step_text(second.steps(), index);
}

std::string ending(const std::exception_ptr& failure) {
  return failure ? "failed: " + text_of_failure(failure) : std::string("ended well");
}

constexpr const char* advice =
    "\nThe program depends on something that a seed does not decide: addresses, the real clock, threads, "
    "or state that the first run has left behind.";

}  // namespace

determinism_report check_deterministic_body(const simulation_options& options, schedule_body& body,
                                            std::source_location place) {
  const std::uint64_t seed =
      seed_from_environment().value_or(options.seed != 0 ? options.seed : std::uint64_t{1});
  const logged_run first(seed, options, body, place);
  const logged_run second(seed, options, body, place);
  const std::string intro = "two runs with seed " + std::to_string(seed) + " ";
  if (const std::string found = difference(first.log, second.log); !found.empty())
    throw not_deterministic(intro + "differ at " + found + advice);
  const std::string end = ending(first.failure);
  const std::string other_end = ending(second.failure);
  if (end != other_end)
    throw not_deterministic(intro + "took the same steps, but the first " + end + ", the second " +
                            other_end + advice);
  if (first.failure) std::rethrow_exception(first.failure);
  return {.steps = first.log.count(), .trace_hash = first.log.hash()};
}

}  // namespace overlap::testing::detail
