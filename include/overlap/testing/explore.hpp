// include/overlap/testing/explore.hpp
//
// Runs a test under many schedules; one that fails is made small and can be repeated.
//
// Threads: any thread that runs no loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <source_location>
#include <string_view>
#include <vector>

#include <overlap/asyncio/task.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/shared_text.hpp>
#include <overlap/testing/simulate.hpp>

namespace overlap::testing {

/// How the next schedule is found. A task of a loop runs undisturbed from one wait to the next, so a schedule
/// is the order in which what is ready goes on. The first one is always that of a real loop.
enum class strategy : std::uint8_t {
  /// Each ready task is equally likely: good at everything, for any size.
  random,
  /// Tasks have random priorities, and at a few random moments the one that runs loses its own. A bug that
  /// needs d events in a certain order, in a program of n tasks and k steps, is found by one schedule with a
  /// probability of at least 1 / (n k^(d-1)) (Burckhardt and others, 2010). For long programs and rare bugs.
  pct,
  /// Every schedule there is, depth first: a proof for small programs.
  exhaustive,
  /// Every schedule with at most preemptions_max departures from the order of a real loop, those with the
  /// fewest first: most bugs need one or two.
  preemption_bounded,
};

/// "random", "pct", "exhaustive" or "preemption_bounded".
[[nodiscard]] const char* name_of(strategy which) noexcept;

/// How explore goes about it.
struct exploration_options {
  strategy by = strategy::random;
  /// How many schedules at most. OVERLAP_SCHEDULES, if set, replaces it.
  std::size_t schedules = 1000;
  /// random, pct: the seed of the first schedule; the others follow. OVERLAP_SEED, if set, runs that one
  /// only.
  std::uint64_t seed = 1;
  /// exhaustive: what comes after so many choices is as in a real loop, and the exploration is not complete.
  std::size_t depth_max = 10'000;
  /// pct: how often the running task loses its priority; the d of the probability above, less one.
  unsigned change_points = 2;
  unsigned preemptions_max = 2;
  /// How many runs may be spent on making a failure small. 0: it is reported as it was found.
  std::size_t shrink_runs = 2000;
  /// What the printed line that repeats a failure has behind the program's name.
  std::string_view arguments = {};
  backend on = backend::simulated;
  /// As in simulation_options.
  duration patience = duration::from_nanoseconds(50'000'000);
  /// As in simulation_options.
  bool jobs_on_loop_thread = true;
  /// As in simulation_options. Those by chance are among the choices, of an enumeration too.
  fault_options faults = {};
};

/// What explore has done, and what it has found.
struct exploration_report {
  std::size_t schedules = 0;    ///< that were run, without those that made the failure small
  bool complete = false;        ///< exhaustive, preemption_bounded: there are no others within the bounds
  std::size_t choices_max = 0;  ///< the most choices that a schedule had

  std::exception_ptr failure;   ///< of the schedule that `replay` repeats; null: none has failed
  std::uint64_t seed = 0;       ///< of the schedule that failed; 0: the strategy has none
  std::size_t shrink_runs = 0;  ///< that made it small
  bool repeats = true;          ///< the same choices gave the same failure again
  shared_text replay;           ///< its choices, as OVERLAP_REPLAY takes them
  shared_text faults;           ///< that were injected in that schedule, the first of them
  shared_text divergence;       ///< where OVERLAP_REPLAY did not fit the program
  shared_text arguments;        ///< exploration_options::arguments

  [[nodiscard]] bool failed() const noexcept { return failure != nullptr; }
  /// The choices of `replay`: 0 is what a real loop would do, and those that are missing at the end are 0.
  [[nodiscard]] std::vector<std::uint32_t> choices() const;
  /// For people: what was run; of a failure its text, seed and choices, and the line that repeats it.
  [[nodiscard]] shared_text note() const;
};

/// A schedule has failed. The text is the note of the report.
class exploration_failed : public error {
 public:
  explicit exploration_failed(exploration_report report) : error(report.note()), report_(std::move(report)) {}

  [[nodiscard]] const exploration_report& report() const noexcept { return report_; }

 private:
  exploration_report report_;
};

namespace detail {

/// What is run again and again.
class schedule_body {
 public:
  schedule_body() = default;
  schedule_body(const schedule_body&) = delete;
  schedule_body& operator=(const schedule_body&) = delete;

  /// A schedule begins: makes its main task.
  virtual asyncio::task<> start() = 0;
  /// It has ended, in `failure` or well (null). May change that.
  virtual void ended(std::exception_ptr& failure) { static_cast<void>(failure); }

 protected:
  ~schedule_body() = default;
};

exploration_report explore_body(const exploration_options& options, schedule_body& body,
                                std::source_location place);

template <class Main>
class called_body final : public schedule_body {
 public:
  explicit called_body(Main& main) noexcept : main_(main) {}
  asyncio::task<> start() override { return run(main_); }

 private:
  static asyncio::task<> run(Main& main) { static_cast<void>(co_await main()); }
  Main& main_;
};

}  // namespace detail

/// As explore, but a failure is only told of in the report.
template <class Main>
  requires asyncio::detail::task_function<Main&>
[[nodiscard]] exploration_report find_failure(const exploration_options& options, Main&& main,
                                              std::source_location place = std::source_location::current()) {
  detail::called_body<std::remove_reference_t<Main>> body(main);
  return detail::explore_body(options, body, place);
}

/// Runs `main`, a callable that returns something awaitable, once for each schedule, as simulate does. What
/// the schedules must not share is made inside of it.
///
/// A schedule fails by an error, and when nothing can ever run again. Then its choices are made as few and as
/// small as possible by running it again, and the report tells how to repeat that: with OVERLAP_REPLAY set to
/// them, explore runs this one schedule only.
///
///   testing::explore({.by = testing::strategy::exhaustive}, []() -> task<> {
///     account shared;
///     co_await gather(shared.withdraw(100), shared.withdraw(100));
///     if (shared.balance() < 0) throw std::logic_error("overdrawn");
///   });
///
/// Returns   how much was run, and whether that is all there is
/// Throws    exploration_failed; replay_error if OVERLAP_REPLAY does not fit, or if an enumeration shows that
///           `main` is not deterministic; invalid_value_error for no schedules, and for a variable of the
///           environment that means nothing; keyboard_interrupt
/// Blocks    until done; a small schedule takes about 2 µs
/// Python    none; hypothesis is near, with schedules for examples
template <class Main>
  requires asyncio::detail::task_function<Main&>
exploration_report explore(const exploration_options& options, Main&& main,
                           std::source_location place = std::source_location::current()) {
  exploration_report report = find_failure(options, main, place);
  if (report.failed()) throw exploration_failed(std::move(report));
  return report;
}

}  // namespace overlap::testing
