// include/overlap/testing/check_deterministic.hpp
//
// Finds out whether a seed really repeats a program.
//
// Threads: any thread that runs no loop.
#pragma once

#include <cstdint>
#include <source_location>
#include <type_traits>

#include <overlap/base/error.hpp>
#include <overlap/testing/explore.hpp>
#include <overlap/testing/simulate.hpp>

namespace overlap::testing {

/// Two runs with the same seed took different courses. The text names the first step that differs.
class not_deterministic : public error {
 public:
  using error::error;
};

/// What both runs were.
struct determinism_report {
  std::uint64_t steps = 0;       ///< task begun, gone on, ended; choice made; time passed
  std::uint64_t trace_hash = 0;  ///< of all of them, with their virtual times
};

namespace detail {
determinism_report check_deterministic_body(const simulation_options& options, schedule_body& body,
                                            std::source_location place);
}  // namespace detail

/// Runs `main`, a callable that returns something awaitable, twice with the same seed and compares the steps:
/// which task goes on, what was chosen, what time it is. A program that passes is repeated by its seed; one
/// that does not depends on something else: addresses (the order of a std::unordered_map of pointers), the
/// real clock, threads, or what the first run has left behind.
///
/// The seed is 1 if `options` has none; OVERLAP_SEED, if set, replaces it.
///
/// Throws   not_deterministic; what `main` throws, if it does so in both runs
/// Blocks   until done
/// Python   none
template <class Main>
  requires asyncio::detail::task_function<Main&>
determinism_report check_deterministic(Main&& main, const simulation_options& options,
                                       std::source_location place = std::source_location::current()) {
  detail::called_body<std::remove_reference_t<Main>> body(main);
  return detail::check_deterministic_body(options, body, place);
}

/// The same, with all options but the seed as they are by default.
template <class Main>
  requires asyncio::detail::task_function<Main&>
determinism_report check_deterministic(Main&& main, std::uint64_t seed = 1,
                                       std::source_location place = std::source_location::current()) {
  return check_deterministic(main, simulation_options{.seed = seed}, place);
}

}  // namespace overlap::testing
