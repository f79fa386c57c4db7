// src/testing/simulate.cpp
//
// Puts a loop together from simulated parts, runs it, and keeps the report.

#include <exception>
#include <optional>
#include <string>

#include <overlap/base/error.hpp>
#include <overlap/testing/simulate.hpp>

#include "testing/environment.hpp"
#include "testing/replay_text.hpp"
#include "testing/seeded_source.hpp"
#include "testing/simulation.hpp"

namespace overlap::testing {

namespace {

thread_local simulation_report last_report;

// Where the choices of one simulate() come from: the caller's seed, or what the environment has instead.
struct chosen_course {
  explicit chosen_course(const simulation_options& options) : seed(options.in_order ? 0 : options.seed) {
    if (options.in_order) return;
    if (std::optional<std::vector<std::uint32_t>> recorded = detail::replay_from_environment()) {
      replay.emplace(std::move(*recorded));
      return;
    }
    seed = detail::seed_from_environment().value_or(seed);
    if (seed != 0) seeded.emplace(seed);
  }

  detail::choice_source* source() noexcept {
    if (replay) return &*replay;
    return seeded ? &*seeded : nullptr;
  }

  std::uint64_t seed;
  std::optional<detail::replay_source> replay;
  std::optional<detail::seeded_source> seeded;
};

// Writes the report on every way out.
class report_keeper {
 public:
  report_keeper(const chosen_course& course, const detail::simulation& run) noexcept
      : course_(course), run_(run) {}
  report_keeper(const report_keeper&) = delete;
  report_keeper& operator=(const report_keeper&) = delete;
  ~report_keeper() {
    const detail::choice_recorder& recorder = run_.recorder();
    last_report = {.seed = course_.replay ? 0 : course_.seed,
                   .choices = recorder.choices(),
                   .schedule_hash = recorder.hash(),
                   .elapsed = run_.now().since_start(),
                   .replay = {},
                   .faults = run_.faults().count,
                   .faults_text = {},
                   .divergence = {}};
    try {
      if (recorder.is_whole() && recorder.choices() != 0)
        last_report.replay = detail::replay_text(detail::chosen_of(recorder.trace()));
      last_report.faults_text = shared_text(run_.faults().text);
      if (course_.replay) last_report.divergence = course_.replay->divergence();
    } catch (const std::bad_alloc&) {
      last_report.replay = {};  // a report without its texts
    }
  }

 private:
  const chosen_course& course_;
  const detail::simulation& run_;
};

}  // namespace

const char* name_of(backend which) noexcept {
  switch (which) {
    case backend::epoll:
      return "epoll";
    case backend::io_uring:
      return "io_uring";
    case backend::simulated:
      break;
  }
  return "simulated";
}

shared_text simulation_report::note() const {
  const std::string count = std::to_string(choices);
  const std::string replayed(replay.view());
  if (!divergence.empty()) {
    return shared_text("OVERLAP_REPLAY does not fit this program: " + std::string(divergence.view()) +
                       "; what was actually chosen: OVERLAP_REPLAY=" + replayed);
  }
  if (seed != 0) {
    const std::string number = std::to_string(seed);
    std::string text = "simulated with seed " + number + ", " + count + " choices; OVERLAP_SEED=" + number;
    if (!replay.empty()) text.append(" or OVERLAP_REPLAY=").append(replayed);
    text.append(" repeats this course");
    if (faults != 0) text.append("; faults: ").append(faults_text.view());
    return shared_text(text);
  }
  if (choices != 0)
    return shared_text("simulated with " + count + " choices; OVERLAP_REPLAY=" + replayed +
                       " repeats this course");
  return shared_text("simulated in order, without a seed: every run is the same");
}

simulation_report last_simulation() noexcept { return last_report; }

namespace detail {

void simulate_root(asyncio::detail::task_record& root, asyncio::detail::promise_base& body,
                   const simulation_options& options, std::source_location place) {
  root.promise = &body;  // destroyed with the record if anything below throws
  chosen_course course(options);
  simulation run(options, course.source());
  {
    const report_keeper keeper(course, run);
    run.run(root, body, place);
  }
  // The program's own error says more than that the replay did not fit; note() says that, too.
  if (!root.error() && !last_report.divergence.empty()) throw replay_error(last_report.note());
}

}  // namespace detail
}  // namespace overlap::testing
