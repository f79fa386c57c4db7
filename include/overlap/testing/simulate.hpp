// include/overlap/testing/simulate.hpp
//
// Runs unchanged code under a virtual clock and in an order that a seed decides.
//
// Threads: any thread that runs no loop; each has a simulation of its own.
#pragma once

#include <cstdint>
#include <exception>
#include <source_location>
#include <utility>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/run.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/shared_text.hpp>
#include <overlap/testing/faults.hpp>

namespace overlap::testing {

/// What is below the loop of a simulation. Time is virtual on all of them.
enum class backend : std::uint8_t {
  simulated,  ///< no kernel: an operation on a descriptor throws invalid_state_error
  epoll,      ///< real descriptors
  io_uring,   ///< real descriptors, where the kernel grants it
};

/// "simulated", "epoll" or "io_uring".
[[nodiscard]] const char* name_of(backend which) noexcept;

/// How a simulation runs.
struct simulation_options {
  /// Decides which of the ready tasks runs next. 0: always the one that became ready first, as in a real
  /// loop. The environment variable OVERLAP_SEED, if set, replaces it; OVERLAP_REPLAY, a list of choices as a
  /// failure prints it, replaces both.
  std::uint64_t seed = 0;
  /// As a seed of 0, whatever the environment says.
  bool in_order = false;
  backend on = backend::simulated;
  /// Real time. While the outside world (a thread, a descriptor) may still bring something, the clock jumps
  /// only after nothing has come for this long.
  duration patience = duration::from_nanoseconds(50'000'000);
  /// Functions given to to_thread and run_in_executor run on the loop's thread, at a moment that the seed
  /// chooses, as they always do on `simulated`; else on real threads, whose order nothing repeats.
  bool jobs_on_loop_thread = false;
  /// What the kernel is made to do. On `simulated`, which has none, any of them is an invalid_value_error.
  fault_options faults = {};
};

/// What a simulation did.
struct simulation_report {
  std::uint64_t seed = 0;           ///< that was used; 0: in order, or a replay
  std::uint64_t choices = 0;        ///< how often there was more than one task to choose from
  std::uint64_t schedule_hash = 0;  ///< of all choices: two runs with the same one took the same course
  duration elapsed;                 ///< virtual time
  shared_text replay;               ///< the choices, as OVERLAP_REPLAY takes them; empty if they are too many
  std::uint64_t faults = 0;         ///< that were injected
  shared_text faults_text;          ///< which, the first of them
  shared_text divergence;           ///< where OVERLAP_REPLAY did not fit the program; empty if it did

  /// One line for a failure message: how to run the same course again.
  [[nodiscard]] shared_text note() const;
};

/// OVERLAP_REPLAY does not fit the program: it was recorded with another one, or with another version of it.
class replay_error : public error {
 public:
  using error::error;
};

/// The report of the simulation that ended last in this thread, by a value or by an error. A test framework
/// adds its note() to the message of a failed test.
[[nodiscard]] simulation_report last_simulation() noexcept;

namespace detail {

void simulate_root(asyncio::detail::task_record& root, asyncio::detail::promise_base& body,
                   const simulation_options& options, std::source_location place);

template <class Function>
using called_result_t = asyncio::detail::task_result_t<std::invoke_result_t<Function&>>;

template <class Function>
asyncio::task<called_result_t<Function>> called(Function& function) {
  co_return co_await function();
}

template <class Main>
auto as_body(Main&& main) {
  if constexpr (asyncio::awaitable<Main>) {
    return asyncio::detail::borrowed<Main>(std::forward<Main>(main));
  } else {
    return called(main);
  }
}

template <class Main>
concept simulated_main = asyncio::awaitable<Main> || asyncio::detail::task_function<Main&>;

}  // namespace detail

/// Runs `main` (an awaitable, or a callable that returns one) as asyncio::run does, in a simulation:
///
/// - Time is virtual. It starts at zero, stands still while anything can run, and jumps to the next timer
///   when everything waits: hours of sleep cost nothing, and a time-out never passes by accident.
/// - The seed chooses among all that is ready. One seed always gives the same course; many seeds give many
///   interleavings. Functions given to to_thread and run_in_executor run on this thread, at their turn, as if
///   they were tasks (see jobs_on_loop_thread). What is submitted to an executor otherwise
///   runs there.
///
/// If it fails, last_simulation().note() says how to repeat it.
///
/// Returns   what asyncio::run would
/// Throws    what asyncio::run would, unchanged; invalid_value_error if OVERLAP_SEED is not a number, or
///           OVERLAP_REPLAY no list of choices; replay_error if those do not fit; os_error if the kernel
///           refuses the backend
/// Blocks    until done, seldom for long
/// Python    none; trio.testing.MockClock(autojump_threshold=0) is near
template <detail::simulated_main Main>
auto simulate(const simulation_options& options, Main&& main,
              std::source_location place = std::source_location::current()) {
  auto body = detail::as_body(std::forward<Main>(main));
  using result = typename decltype(body)::value_type;
  asyncio::detail::task_record_of<result> root;
  detail::simulate_root(root, body.release_promise(), options, place);
  if (root.ended == asyncio::detail::task_end::failed) std::rethrow_exception(root.failure);
  return static_cast<result>(root.value.take());
}

/// The same, with all options but the seed as they are by default.
template <detail::simulated_main Main>
auto simulate(std::uint64_t seed, Main&& main, std::source_location place = std::source_location::current()) {
  return simulate(simulation_options{.seed = seed}, std::forward<Main>(main), place);
}

}  // namespace overlap::testing
