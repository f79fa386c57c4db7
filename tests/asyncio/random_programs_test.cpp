// tests/asyncio/random_programs_test.cpp
//
// Programs made by a seed, run in orders made by a seed. Whatever they do: no frame outlives its parent or
// the loop, what was entered is left, cleanup comes to its end, permits come back, and no error comes out
// that was not thrown.

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <overlap/base/exception_group.hpp>
#include <overlap/base/hooks.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/random_program.hpp"
#include "asyncio/random_world.hpp"
#include "platform/sockets.hpp"

namespace overlap::asyncio {
namespace {

struct program_error : std::exception {
  explicit program_error(int thrower) noexcept : id(thrower) {}
  [[nodiscard]] const char* what() const noexcept override { return "as the program says"; }
  int id;
};

/// Every task that is spawned must end.
struct task_counter : hooks {
  void task_spawned(const task_view& /*task*/) noexcept override { ++spawned; }
  void finished(const task_view& /*task*/) noexcept override { ++ended; }
  int spawned = 0;
  int ended = 0;
};

task<int> run_node(world& around, const node& what, life* outer);

using runner = task<> (*)(world&, const node&, life&);

task<> run_child(world& around, const node& what, life& self, std::size_t index = 0) {
  const node& child = what.children[index];
  around.demand(co_await run_node(around, child, &self) == child.id, what, "the child's value is another's");
}

task<> run_pause(world& /*around*/, const node& what, life& /*self*/) {
  co_await sleep(duration::from_seconds(0.001) * what.number);
}

task<> run_hold(world& around, const node& what, life& self) {
  semaphore& wanted = around.semaphores[what.number];
  const auto permit = co_await wanted.acquire();
  co_await sleep(1ms);  // long enough for a line
  around.line_max = std::max(around.line_max, wanted.statistics().tasks_waiting);
  co_await run_child(around, what, self);
}

task<> run_sequence(world& around, const node& what, life& self) {
  for (std::size_t i = 0; i < what.children.size(); ++i) co_await run_child(around, what, self, i);
}

std::vector<task<int>> tasks_of(world& around, const node& what, life& self) {
  std::vector<task<int>> made;
  for (const node& child : what.children) made.push_back(run_node(around, child, &self));
  return made;
}

task<> run_all(world& around, const node& what, life& self) {
  const std::vector<int> values = co_await gather(tasks_of(around, what, self));
  for (std::size_t i = 0; i < what.children.size(); ++i)
    around.demand(values[i] == what.children[i].id, what, "gather's values are in another order");
}

task<> run_all_outcomes(world& around, const node& what, life& self) {
  const auto outcomes = co_await gather(return_exceptions, tasks_of(around, what, self));
  for (std::size_t i = 0; i < what.children.size(); ++i) {
    const bool is_its_own = !outcomes[i].has_value() || *outcomes[i] == what.children[i].id;
    around.demand(is_its_own, what, "an outcome is another's");
  }
}

// The children are known to cancel_one, unless the group belongs to a cleanup that must come to its end.
task<> run_group(world& around, const node& what, life& self) {
  std::vector<task_handle<int>> children;
  co_await with(task_group(), [&](task_group& group) -> task<> {
    const auto alive = around.frames.make();
    for (std::size_t i = 1; i < what.children.size(); ++i) {
      children.push_back(group.create_task(run_node(around, what.children[i], &self)));
      if (what.number != 0) around.handles.push_back(children.back());
    }
    co_await run_child(around, what, self);
    if (what.number == 3) group.cancel("the body has what it wants");
  });
  for (std::size_t i = 0; i < children.size(); ++i) {
    around.demand(children[i].done(), what, "the group was left before a child had ended");
    if (children[i].done() && !children[i].cancelled())
      around.demand(children[i].result() == what.children[i + 1].id, what, "a handle has another's value");
  }
}

task<> run_scope(world& around, const node& what, life& self) {
  co_await with(task_group(), [&](task_group& group) -> task<> {
    const auto alive = around.frames.make();
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      const auto also_alive = around.frames.make();
      auto canceller = group.create_task([&around, &scope, &what]() -> task<> {
        const auto beside = around.frames.make();
        co_await sleep(duration::from_seconds(0.001) * what.number);
        scope.cancel("from beside");
      });
      auto permitted = run_child(around, what, self);
      co_await finally([&] { return std::move(permitted); },
                       [&]() -> task<> {
                         // It borrows the scope.
                         canceller.cancel();
                         while (!canceller.done()) co_await sleep(0ms);
                       });
    });
  });
}

task<> run_protect(world& around, const node& what, life& self) {
  const int value = co_await shield(run_node(around, what.children[0], &self));
  around.demand(value == what.children[0].id, what, "the child's value is another's");
}

task<> run_clean(world& around, const node& what, life& self) {
  co_await finally(
      [&]() -> task<> {
        ++around.cleanups_due;
        const auto alive = around.frames.make();
        co_await run_child(around, what, self);
      },
      [&]() -> task<> {
        const auto alive = around.frames.make();
        co_await run_child(around, what, self, 1);
        ++around.cleanups_done;
      });
}

struct random_resource {
  world& around;
  int pauses;

  task<> enter() {
    const auto alive = around.frames.make();
    co_await sleep(duration::from_seconds(0.001) * pauses);
    ++around.entered;
  }
  task<> leave() {
    const auto alive = around.frames.make();
    co_await sleep(duration::from_seconds(0.001) * pauses);
    ++around.left;
  }
};

task<> run_resource(world& around, const node& what, life& self) {
  random_resource taken{around, what.number};
  co_await with(taken, [&]() -> task<> {
    const auto alive = around.frames.make();
    co_await run_child(around, what, self);
  });
}

task<> run_to_thread(world& around, const node& what, life& /*self*/) {
  const int id = what.id;
  around.demand(co_await to_thread([id] { return id; }) == id, what, "the thread's value is another's");
}

task<> run_talk(world& around, const node& what, life& /*self*/) {
  const platform::socket_pair pair = platform::make_socket_pair();
  char buffer[8];
  const auto speak = [&]() -> task<> {
    const auto alive = around.frames.make();
    co_await sleep(duration::from_seconds(0.001) * what.number);
    co_await sock_sendall(pair.first.get(), "bytes");
  };
  const auto listen = [&]() -> task<> {
    const auto alive = around.frames.make();
    around.demand(co_await sock_recv(pair.second.get(), buffer) == 5, what, "not what was sent");
  };
  co_await gather(speak(), listen());
}

task<> run_limit(world& around, const node& what, life& self) {
  co_await with(timeout(duration::from_seconds(0.001) * what.number), [&]() -> task<> {
    const auto alive = around.frames.make();
    co_await run_child(around, what, self);
  });
}

task<> run_wait_for(world& around, const node& what, life& self) {
  const duration limit = duration::from_seconds(0.001) * what.number;
  const int value = co_await wait_for(run_node(around, what.children[0], &self), limit);
  around.demand(value == what.children[0].id, what, "the child's value is another's");
}

task<> run_fail(world& around, const node& what, life& /*self*/) {
  if (what.number % 2 == 1) co_await sleep(0ms);
  around.thrown.insert(what.id);
  throw program_error(what.id);
}

void check_error(world& around, const node& where, const std::exception_ptr& error);

task<> run_caught(world& around, const node& what, life& self) {
  std::exception_ptr taken;
  try {
    co_await run_child(around, what, self);
  } catch (...) {
    taken = std::current_exception();
  }
  check_error(around, what, taken);
  co_await sleep(0ms);
}

task<> run_cancel_one(world& around, const node& what, life& /*self*/) {
  if (what.number % 2 == 1) co_await sleep(0ms);
  if (around.handles.empty()) co_return;
  around.handles[static_cast<std::size_t>(what.id) % around.handles.size()].cancel("at random");
}

task<> run_background(world& around, const node& what, life& /*self*/) {
  around.handles.push_back(create_task(run_node(around, what.children[0], nullptr)));
  co_await sleep(duration::from_seconds(0.001) * what.number);
}

constexpr std::array<runner, node_kinds> runners = {
    run_pause, run_hold,     run_sequence, run_all,      run_all_outcomes, run_group,
    run_scope, run_protect,  run_clean,    run_resource, run_to_thread,    run_talk,
    run_limit, run_wait_for, run_fail,     run_caught,   run_cancel_one,   run_background};

task<int> run_node(world& around, const node& what, life* outer) {
  const auto alive = around.frames.make();
  life self(around, what, outer);
  co_await runners[static_cast<std::size_t>(what.kind)](around, what, self);
  ++around.completed[what.kind];
  around.note(what, '.');
  co_return what.id;
}

/// `error` may be null; else it is one that the program threw, or that what it used throws.
void check_error(world& around, const node& where, const std::exception_ptr& error) {
  if (!error) return;
  try {
    std::rethrow_exception(error);
  } catch (const program_error& ours) {
    around.demand(around.thrown.contains(ours.id), where, "an error that nobody threw");
  } catch (const exception_group& group) {
    for (const std::exception_ptr& each : group.exceptions()) check_error(around, where, each);
  } catch (const timeout_error&) {
    const bool had_limits =
        around.begun.contains(node_kind::limit) || around.begun.contains(node_kind::wait_for);
    around.demand(had_limits, where, "a timeout_error without a limit");
  } catch (const std::exception& other) {
    around.complaints.push_back(where.text() + ": a strange error: " + other.what());
  } catch (...) {
    around.demand(false, where, "something that is no std::exception");
  }
}

struct totals {
  std::map<node_kind, int> begun;
  std::map<node_kind, int> completed;
  int runs_with_errors = 0;
  int runs_without = 0;
  std::size_t line_max = 0;
};

/// Runs `program` once, checks what must hold, and gives what happened in order.
std::vector<trace_entry> run_program(const node& program, const testing::simulation_options& options,
                                     totals& sum) {
  world around;
  task_counter tasks;
  hooks* before = set_hooks(&tasks);
  std::exception_ptr error;
  try {
    const int value = testing::simulate(options, run_node(around, program, nullptr));
    around.demand(value == program.id, program, "the program's value is another's");
  } catch (...) {
    error = std::current_exception();
  }
  set_hooks(before);
  ++(error ? sum.runs_with_errors : sum.runs_without);
  check_error(around, program, error);
  EXPECT_THAT(around.complaints, ::testing::IsEmpty());
  EXPECT_EQ(around.frames.alive(), 0);
  EXPECT_GT(around.frames.made(), 0);
  EXPECT_EQ(tasks.spawned, tasks.ended);
  EXPECT_EQ(around.entered, around.left);
  EXPECT_EQ(around.cleanups_due, around.cleanups_done);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(around.semaphores[i].statistics().permits_free, world::permits[i]);
    EXPECT_EQ(around.semaphores[i].statistics().tasks_waiting, 0U);
  }
  for (const task_handle<int>& each : around.handles) EXPECT_TRUE(each.done());
  sum.line_max = std::max(sum.line_max, around.line_max);
  for (const auto& [kind, count] : around.begun) sum.begun[kind] += count;
  for (const auto& [kind, count] : around.completed) sum.completed[kind] += count;
  return std::move(around.trace);
}

std::string description(std::uint64_t seed, std::uint64_t order, testing::backend on, const node& program) {
  return "program seed " + std::to_string(seed) + ", order seed " + std::to_string(order) + ", on " +
         testing::name_of(on) + ": " + program.text();
}

/// Each kind has run and come to its end at least once; some were stopped.
void expect_all_kinds(totals& sum, std::initializer_list<node_kind> without) {
  for (std::size_t i = 0; i < node_kinds; ++i) {
    const auto kind = static_cast<node_kind>(i);
    if (std::find(without.begin(), without.end(), kind) != without.end()) continue;
    EXPECT_GT(sum.begun[kind], 0) << kind_names[i] << " never ran";
    if (kind == node_kind::fail) continue;
    EXPECT_GT(sum.completed[kind], 0) << kind_names[i] << " never came to its end";
  }
  EXPECT_LT(sum.completed[node_kind::pause], sum.begun[node_kind::pause]) << "nothing was ever stopped";
  EXPECT_GT(sum.runs_with_errors, 0);
  EXPECT_GT(sum.runs_without, 0);
}

}  // namespace

TEST(RandomPrograms, KeepAllPromisesInEveryOrder) {
  totals sum;
  int orders_that_differ = 0;
  for (std::uint64_t seed = 1; seed <= 800 && !HasFailure(); ++seed) {
    const node program = program_maker(seed, {.with_threads = true}).make();
    std::set<std::size_t> lengths;
    std::vector<trace_entry> first_trace;
    for (const std::uint64_t order : {seed, seed + 1000, std::uint64_t{0}}) {
      SCOPED_TRACE(description(seed, order, testing::backend::simulated, program));
      const testing::simulation_options options{.seed = order, .in_order = order == 0};
      const std::vector<trace_entry> trace = run_program(program, options, sum);
      EXPECT_TRUE(run_program(program, options, sum) == trace) << "the same seed took another course";
      if (order == seed) first_trace = trace;
      if (trace != first_trace) ++orders_that_differ;
    }
  }
  if (HasFailure()) return;
  expect_all_kinds(sum, {node_kind::talk});
  EXPECT_GT(sum.line_max, 2U) << "there was never a line for a semaphore";
  EXPECT_GT(orders_that_differ, 0) << "the order never mattered: nothing was concurrent";
}

class RandomProgramsWithSockets : public LoopTest {};
INSTANTIATE_TEST_SUITE_P(on, RandomProgramsWithSockets,
                         ::testing::Values(testing::backend::epoll, testing::backend::io_uring),
                         backend_name);

TEST_P(RandomProgramsWithSockets, KeepAllPromises) {
  totals sum;
  for (std::uint64_t seed = 5001; seed <= 5300 && !HasFailure(); ++seed) {
    const node program = program_maker(seed, {.with_sockets = true}).make();
    SCOPED_TRACE(description(seed, seed, GetParam(), program));
    // No patience: what one end sends is at the other before the loop looks.
    run_program(program, {.seed = seed, .on = GetParam(), .patience = duration()}, sum);
  }
  if (!HasFailure()) expect_all_kinds(sum, {node_kind::to_thread});
}

}  // namespace overlap::asyncio
