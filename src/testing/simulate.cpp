// src/testing/simulate.cpp
//
// Puts a loop together from simulated parts, runs it, and keeps the report.

#include <charconv>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <overlap/base/error.hpp>
#include <overlap/testing/simulate.hpp>

#include "asyncio/run_with.hpp"
#include "testing/loop_thread_jobs.hpp"
#include "testing/seeded_chooser.hpp"
#include "testing/simulated_reactor.hpp"
#include "testing/virtual_clock.hpp"
#include "testing/virtual_time_reactor.hpp"

namespace overlap::testing {

namespace {

thread_local simulation_report last_report;

std::uint64_t seed_of(const simulation_options& options) {
  if (options.in_order) return 0;
  const char* forced = std::getenv("OVERLAP_SEED");
  if (forced == nullptr) return options.seed;
  const std::string_view text(forced);
  std::uint64_t seed = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (failure != std::errc() || end != text.data() + text.size()) {
    throw invalid_value_error("OVERLAP_SEED is \"" + std::string(text) +
                              "\": give a whole number from 0 to 2^64 - 1, or unset it");
  }
  return seed;
}

std::unique_ptr<platform::reactor> make_backend(backend which) {
  switch (which) {
    case backend::epoll:
      return platform::make_epoll_reactor();
    case backend::io_uring:
      return platform::make_io_uring_reactor();
    case backend::simulated:
      break;
  }
  return std::make_unique<detail::simulated_reactor>();
}

// Writes the report on every way out.
class report_keeper {
 public:
  report_keeper(std::uint64_t seed, const detail::seeded_chooser& chooser,
                const detail::virtual_clock& clock) noexcept
      : seed_(seed), chooser_(chooser), clock_(clock) {}
  report_keeper(const report_keeper&) = delete;
  report_keeper& operator=(const report_keeper&) = delete;
  ~report_keeper() {
    last_report = {.seed = seed_,
                   .choices = chooser_.choices(),
                   .schedule_hash = chooser_.hash(),
                   .elapsed = clock_.now().since_start()};
  }

 private:
  std::uint64_t seed_;
  const detail::seeded_chooser& chooser_;
  const detail::virtual_clock& clock_;
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
  std::string text = "simulated ";
  if (seed == 0) {
    text.append("in order, without a seed: every run is the same");
  } else {
    text.append("with seed ").append(std::to_string(seed)).append(", ").append(std::to_string(choices));
    text.append(" choices; OVERLAP_SEED=").append(std::to_string(seed)).append(" repeats this course");
  }
  return shared_text(text);
}

simulation_report last_simulation() noexcept { return last_report; }

namespace detail {

void simulate_root(asyncio::detail::task_record& root, asyncio::detail::promise_base& body,
                   const simulation_options& options, std::source_location place) {
  root.promise = &body;  // destroyed with the record if anything below throws
  const std::uint64_t seed = seed_of(options);
  virtual_clock clock;
  seeded_chooser chooser(seed);
  loop_thread_jobs jobs;
  asyncio::detail::loop_options made;
  made.reactor = std::make_unique<virtual_time_reactor>(make_backend(options.on), clock, options.patience);
  made.clock = &clock;
  if (seed != 0) made.chooser = &chooser;
  if (options.on == backend::simulated) made.jobs = &jobs;

  const report_keeper keeper(seed, chooser, clock);
  asyncio::detail::run_root_with(root, body, place, std::move(made));
}

}  // namespace detail
}  // namespace overlap::testing
