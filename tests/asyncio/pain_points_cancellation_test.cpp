// tests/asyncio/pain_points_cancellation_test.cpp
//
// What users of Python's asyncio have complained about for years, and cannot happen here any more: of
// cancellation and time limits. Numbers are the pain points of requirements §4; docs/python_map.md has the
// table.

#include <csignal>
#include <numeric>
#include <optional>

#include <overlap/base/error.hpp>
#include <overlap/base/hooks.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(PainPointsOfCancellation);

// 3. gh-86296: wait_for loses the cancellation, or the connection that had just been made.
TEST_P(PainPointsOfCancellation, ALimitThatPassesAsTheResultComesCannotLoseTheResult) {
  live_counter connections;
  const auto connect = [&]() -> task<live_counter::guard> {
    co_await sleep(1s);
    co_return connections.make();
  };
  run_on_loop([&]() -> task<> {
    for (const duration limit : {duration(999ms), duration(1000ms), duration(1001ms)}) {
      try {
        const auto connection = co_await wait_for(connect(), limit);
        EXPECT_EQ(connections.alive(), 1);
      } catch (const timeout_error&) {
      }
      EXPECT_EQ(connections.alive(), 0);
    }
  });
  EXPECT_GE(connections.made(), 1);
}

// 3. The other half: the cancellation cannot be lost to the result.
TEST_P(PainPointsOfCancellation, ACancellationThatComesWithTheResultCannotGetLost) {
  live_counter connections;
  int delivered = 0;
  run_on_loop([&]() -> task<> {
    for (int turns = 0; turns < 6; ++turns) {
      auto user = create_task([&]() -> task<> {
        const auto connect = [&]() -> task<live_counter::guard> {
          co_await sleep(1s);
          co_return connections.make();
        };
        const auto connection = co_await wait_for(connect(), 10s);
        ++delivered;
        co_await sleep(1s);
        ADD_FAILURE() << "the cancellation is lost";
      });
      co_await sleep(1s);
      for (int turn = 0; turn < turns; ++turn) co_await sleep(0s);
      user.cancel();
      EXPECT_THROW(co_await user, cancelled_error);
      EXPECT_EQ(connections.alive(), 0);
    }
  });
  EXPECT_EQ(delivered, 6) << "each had come in the turn of its cancellation, or before";
}

// 4. gh-90155: the cancelled waiter had the wake-up, and nobody else got one.
TEST_P(PainPointsOfCancellation, ACancelledWaiterCannotTakeAWakeUpWithIt) {
  run_on_loop([&]() -> task<> {
    for (const bool cancel_first : {true, false}) {
      semaphore permits(1);
      lock guarded;
      const auto acquires = [&](const char* name) -> task<> {
        const auto permit = co_await permits.acquire();
        const auto held = co_await guarded.acquire();
        co_await sleep(0s);
        note(name);
      };
      std::optional permit(co_await permits.acquire());
      auto first = create_task(acquires, "cancelled");
      auto second = create_task(acquires, "second");
      auto third = create_task(acquires, "third");
      co_await wait_all_tasks_blocked();
      if (cancel_first) first.cancel();
      permit.reset();
      first.cancel();
      co_await gather(second, third);
      EXPECT_TRUE(first.cancelled());
      EXPECT_FALSE(permits.locked());
      EXPECT_FALSE(guarded.locked());
    }
  });

  EXPECT_THAT(log(), ElementsAre("second", "third", "second", "third"));
}

// 5. A bare `except:` in a library, and the task goes on for ever.
TEST_P(PainPointsOfCancellation, ACancellationThatIsSwallowedCannotBeForgotten) {
  run_on_loop([&]() -> task<> {
    auto stubborn = create_task([&]() -> task<> {
      for (;;) {
        try {
          co_await sleep(1s);
        } catch (...) {
          note("swallowed");
        }
      }
    });
    co_await sleep(1500ms);
    stubborn.cancel();
    EXPECT_THROW(co_await stubborn, cancelled_error);
    EXPECT_EQ(testing::now().since_start(), duration(1500ms));
  });

  EXPECT_THAT(log(), IsEmpty());
}

/// Counts the steps of tasks and the times the loop has gone to sleep.
class step_counter : public hooks {
 public:
  step_counter() : before_(set_hooks(this)) {}
  step_counter(const step_counter&) = delete;
  step_counter& operator=(const step_counter&) = delete;
  ~step_counter() override { set_hooks(before_); }

  void step_begins(const task_view& /*task*/) noexcept override { ++steps; }
  void about_to_wait(time_point /*until*/) noexcept override { ++waits; }

  int steps = 0;
  int waits = 0;

 private:
  hooks* before_;
};

// 6. anyio has to deliver a cancellation again and again, at 100 % CPU, while the cleanup waits.
TEST_P(PainPointsOfCancellation, ACleanupThatWaitsAfterACancellationCannotSpin) {
  step_counter counter;  // outlives the loop that it looks at
  run_on_loop([&]() -> task<> {
    auto cancelled = create_task([]() -> task<> {
      co_await finally([]() -> task<> { co_await sleep(24h); }, []() -> task<> { co_await sleep(1h); },
                       {.grace = 2h});
    });
    co_await wait_all_tasks_blocked();
    counter.steps = 0;
    counter.waits = 0;
    cancelled.cancel();
    EXPECT_THROW(co_await cancelled, cancelled_error);
    EXPECT_EQ(testing::now().since_start(), duration(1h));
    // The stop, the end of the cleanup, and whoever awaits it; the loop sleeps for the hour.
    EXPECT_GE(counter.steps, 2);
    EXPECT_LE(counter.steps, 4);
    EXPECT_GE(counter.waits, 1);
    EXPECT_LE(counter.waits, 4);
  });
}

// 7. Python's shield() leaves the inner task running alone, and its error goes nowhere.
TEST_P(PainPointsOfCancellation, ShieldedWorkCannotOutliveItsCaller) {
  live_counter work;
  run_on_loop([&]() -> task<> {
    auto caller = create_task([&]() -> task<> {
      co_await shield([](live_counter& counter) -> task<> {
        const auto guard = counter.make();
        co_await sleep(10s);
      }(work));
    });
    co_await sleep(1s);
    caller.cancel();
    co_await sleep(1s);
    EXPECT_FALSE(caller.done()) << "it waits for what it shields";
    EXPECT_EQ(work.alive(), 1);
    const std::vector callers{caller};
    co_await wait(callers);
    EXPECT_EQ(work.alive(), 0);
    EXPECT_EQ(testing::now().since_start(), duration(10s));
  });
  EXPECT_EQ(work.made(), 1);
}

// 23. gh-92824: the item that came as the time ran out was gone.
TEST_P(PainPointsOfCancellation, AGetThatTimesOutCannotLoseAnItem) {
  constexpr int count = 200;
  std::vector<int> received;
  int timed_out = 0;
  run_on_loop([&]() -> task<> {
    queue<int> items(1);
    auto producer = create_task([&]() -> task<> {
      for (int item = 0; item < count; ++item) {
        co_await sleep(3ms);
        co_await items.put(item);
      }
    });
    auto impatient = create_task([&]() -> task<> {
      while (received.size() < count) {
        try {
          received.push_back(co_await wait_for(items.get(), 1ms));  // now and then both at one moment
        } catch (const timeout_error&) {
          ++timed_out;
        }
      }
    });
    co_await gather(producer, impatient);
  });

  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(received, all);
  EXPECT_GT(timed_out, count);
}

// 29. Python raises KeyboardInterrupt wherever it is, also in the middle of the cleanup.
TEST(PainPointsOfInterruption, CtrlCCannotBreakOffACleanup) {
  std::vector<std::string> done;
  EXPECT_THROW(run([](std::vector<std::string>& log) -> task<> {
                 co_await finally(
                     []() -> task<> {
                       std::raise(SIGINT);
                       co_await sleep(1h);
                     },
                     [&log]() -> task<> {
                       for (const char* step : {"one", "two", "three"}) {
                         co_await sleep(0s);
                         log.emplace_back(step);
                       }
                     });
                 log.emplace_back("went on");
               }(done)),
               keyboard_interrupt);
  EXPECT_THAT(done, ElementsAre("one", "two", "three"));
}

// 30.
TEST_P(PainPointsOfCancellation, ACancellationCannotComeWithoutItsReason) {
  const auto reason_of = [](task_handle<> stopped) -> task<std::string> {
    try {
      co_await stopped;
    } catch (const cancelled_error& error) {
      co_return error.what();
    }
    co_return "not cancelled";
  };
  run_on_loop([&]() -> task<> {
    const auto lasting = []() -> task<> { co_await sleep(1h); };
    auto alone = create_task(lasting(), "alone");
    co_await sleep(0s);
    alone.cancel("the user went home");
    EXPECT_THAT(co_await reason_of(alone), AllOf(HasSubstr("alone"), HasSubstr("the user went home")));

    // Through a group and its children, whose tasks were cancelled by somebody far away.
    std::vector<task_handle<>> children;
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      co_await with(task_group(), [&](task_group& group) -> task<> {
        children.push_back(group.create_task(lasting(), "child"));
        co_await sleep(0s);
        scope.cancel("the disk is full");
      });
    });
    EXPECT_THAT(co_await reason_of(children.at(0)), HasSubstr("the disk is full"));
  });
}

// 33. anyio #1170: a nowait call between the wake-up and its task gets the token a second time.
TEST_P(PainPointsOfCancellation, ACapacityCannotBeGrantedTwice) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(1);
    std::optional held(co_await limiter.acquire());
    auto waiting = create_task([&]() -> task<> {
      const auto token = co_await limiter.acquire();
      note("it had been reserved");
      EXPECT_EQ(limiter.borrowed_tokens(), 1U);
    });
    co_await wait_all_tasks_blocked();

    held.reset();
    EXPECT_FALSE(limiter.try_acquire()) << "the waiter has it, though it has not run";
    EXPECT_EQ(limiter.borrowed_tokens(), 1U);
    co_await waiting;
    EXPECT_TRUE(limiter.try_acquire());
  });

  EXPECT_THAT(log(), ElementsAre("it had been reserved"));
}

}  // namespace
}  // namespace overlap::asyncio
