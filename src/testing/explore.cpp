// src/testing/explore.cpp
//
// One schedule after the other; the first that fails is repeated, made small, and run once more, so that what
// it leaves behind (a log, the messages of a test framework) is that of the small one.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <overlap/testing/explore.hpp>

#include "testing/body_run.hpp"
#include "testing/environment.hpp"
#include "testing/failure_text.hpp"
#include "testing/replay_text.hpp"
#include "testing/schedule_plan.hpp"
#include "testing/shrink.hpp"
#include "testing/simulated_reactor.hpp"
#include "testing/simulation.hpp"

namespace overlap::testing::detail {

namespace {

class exploration {
 public:
  exploration(const exploration_options& options, schedule_body& body, std::source_location place)
      : options_(options),
        simulated_{.on = options.on,
                   .patience = options.patience,
                   .jobs_on_loop_thread = options.jobs_on_loop_thread,
                   .faults = options.faults},
        body_(body),
        place_(place) {
    report_.arguments = shared_text(options.arguments);
  }

  exploration_report search();
  exploration_report replay(const choice_list& choices);

 private:
  struct outcome {
    std::exception_ptr failure;
    std::vector<choice> trace;
  };

  outcome run(choice_source& source);
  void examine(const outcome& failed);
  std::optional<choice_list> fails_again(const choice_list& choices, const std::string& kind);

  const exploration_options& options_;
  simulation_options simulated_;
  kept_sleeper sleeper_;
  schedule_body& body_;
  std::source_location place_;
  exploration_report report_;
};

exploration::outcome exploration::run(choice_source& source) {
  simulation course(simulated_, &source);
  outcome result;
  result.failure = run_body(course, body_, place_);
  result.trace = course.recorder().trace();
  if (result.failure) report_.faults = shared_text(course.faults().text);
  report_.choices_max = std::max(report_.choices_max, result.trace.size());
  return result;
}

exploration_report exploration::search() {
  const std::size_t schedules = schedules_from_environment().value_or(options_.schedules);
  if (schedules == 0)
    throw invalid_value_error("explore: schedules is 0, so nothing would be tested; give 1 or more");
  const std::unique_ptr<schedule_plan> plan = make_plan(options_, schedules, seed_from_environment());
  while (report_.schedules < schedules) {
    choice_source* source = plan->next();
    if (source == nullptr) break;
    const outcome result = run(*source);
    ++report_.schedules;
    if (result.failure) {
      report_.seed = plan->seed();
      examine(result);
      return std::move(report_);
    }
    plan->ended(result.trace);
  }
  report_.complete = plan->complete();
  return std::move(report_);
}

std::optional<choice_list> exploration::fails_again(const choice_list& choices, const std::string& kind) {
  replay_source source(choices);
  const outcome result = run(source);
  if (!result.failure || kind_of_failure(result.failure) != kind) return std::nullopt;
  report_.failure = result.failure;
  return chosen_of(result.trace);
}

void exploration::examine(const outcome& failed) {
  const std::string kind = kind_of_failure(failed.failure);
  const choice_list found = chosen_of(failed.trace);
  report_.failure = failed.failure;
  report_.replay = replay_text(found);
  report_.repeats = fails_again(found, kind).has_value();
  if (!report_.repeats || options_.shrink_runs == 0) return;
  shrinker smaller(
      found,
      [&](const choice_list& choices) {
        ++report_.shrink_runs;
        return fails_again(choices, kind);
      },
      options_.shrink_runs);
  const choice_list& smallest = smaller.run();
  report_.replay = replay_text(smallest);
  report_.repeats = fails_again(smallest, kind).has_value();
}

exploration_report exploration::replay(const choice_list& choices) {
  replay_source source(choices);
  const outcome result = run(source);
  report_.schedules = 1;
  report_.failure = result.failure;
  report_.replay = replay_text(chosen_of(result.trace));
  report_.divergence = shared_text(source.divergence());
  if (!report_.failed() && !report_.divergence.empty()) {
    throw replay_error("OVERLAP_REPLAY does not fit this program: " + source.divergence() +
                       "; it did not fail. Was it recorded with another version, or for another test?");
  }
  return std::move(report_);
}

}  // namespace

exploration_report explore_body(const exploration_options& options, schedule_body& body,
                                std::source_location place) {
  exploration explored(options, body, place);
  if (const std::optional<choice_list> choices = replay_from_environment()) return explored.replay(*choices);
  return explored.search();
}

}  // namespace overlap::testing::detail
