// tests/futures/idle_workers_test.cpp
//
// How workers fall asleep and are woken, in every schedule of small programs, with late stores.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "futures/idle_workers.hpp"
#include "futures/interleavings.hpp"

namespace overlap::futures {
namespace {

/// What is wrong with a program; `none` is the real one.
enum class planted { none, looks_before_it_is_counted, adds_work_late };

struct pool_program {
  int submitters = 1;
  int jobs_each = 1;
  int workers = 1;
  planted bug = planted::none;
};

/// A pool reduced to its line, which is a number, and to the protocol.
struct pool_world {
  using idle_type = detail::idle_workers<model::model_atomic, model::model_permits>;

  explicit pool_world(planted given) : bug(given) {}

  void submit() {
    if (bug == planted::adds_work_late) {
      line.store(line.load() + 1, std::memory_order_release);
    } else {
      line.fetch_add(1);
    }
    if (idle.work_added()) idle.wake_one();
  }

  bool take() {
    int seen = line.load();
    while (seen > 0) {
      if (line.compare_exchange_strong(seen, seen - 1)) return true;
    }
    return false;
  }

  // thread_pool_worker::work() and rest(), for ever.
  void work() {
    bool is_searching = false;
    const auto has_work = [this] { return line.load() > 0; };
    for (;;) {
      model::machine::current->remember_only(is_searching ? 1 : 0);
      if (take()) {
        if (std::exchange(is_searching, false)) idle.stop_searching(has_work);
        ++done;
        continue;
      }
      if (!is_searching) is_searching = idle.begin_search(1);
      if (is_searching && has_work()) continue;
      if (bug == planted::looks_before_it_is_counted) {
        const bool had_work = has_work();
        idle.fall_asleep(is_searching, [&] { return had_work; }, 0);
      } else {
        idle.fall_asleep(is_searching, has_work, 0);
      }
      is_searching = true;
    }
  }

  planted bug;
  model::model_atomic<int> line{0};
  idle_type idle;
  int done = 0;
};

model::findings explore_pool(const pool_program& given) {
  return model::explore(
      [&](model::machine& machine) {
        const auto world = std::make_shared<pool_world>(given.bug);
        for (int count = 0; count < given.submitters; ++count) {
          machine.thread([world, jobs = given.jobs_each] {
            for (int job = 0; job < jobs; ++job) world->submit();
          });
        }
        for (int count = 0; count < given.workers; ++count) machine.thread([world] { world->work(); });
        const int all = given.submitters * given.jobs_each;
        machine.at_end([world, all, given](int stuck) -> std::string {
          if (world->done != all) return "all sleep, and there is work";
          if (stuck != given.workers) return "a submitter hangs";
          if (world->idle.sleepers() != static_cast<std::uint64_t>(stuck)) return "a sleeper is not counted";
          return "";
        });
      },
      true);
}

TEST(IdleWorkers, LoseNoWakeUpInAnyScheduleOfSmallPrograms) {
  if (!model::can_switch_contexts)
    GTEST_SKIP() << "sanitizers do not follow contexts that are switched by hand";
  for (const pool_program& each :
       {pool_program{1, 1, 1}, pool_program{1, 2, 1}, pool_program{2, 1, 1}, pool_program{1, 1, 2}}) {
    const model::findings found = explore_pool(each);
    EXPECT_EQ(found.failure, "") << each.submitters << " " << each.jobs_each << " " << each.workers;
    EXPECT_GT(found.states, 50U);
    RecordProperty("states_" + std::to_string(each.submitters) + std::to_string(each.jobs_each) +
                       std::to_string(each.workers),
                   static_cast<int>(found.states));
  }
}

TEST(IdleWorkers, LookingForWorkBeforeBeingCountedAsASleeperLosesAWakeUp) {
  if (!model::can_switch_contexts)
    GTEST_SKIP() << "sanitizers do not follow contexts that are switched by hand";
  EXPECT_EQ(explore_pool({1, 1, 1, planted::looks_before_it_is_counted}).failure,
            "all sleep, and there is work");
}

TEST(IdleWorkers, WorkThatIsAddedWithoutOrderLosesAWakeUp) {
  if (!model::can_switch_contexts)
    GTEST_SKIP() << "sanitizers do not follow contexts that are switched by hand";
  EXPECT_EQ(explore_pool({1, 1, 1, planted::adds_work_late}).failure, "all sleep, and there is work");
}

}  // namespace
}  // namespace overlap::futures
