// tests/asyncio/create_task_test.cpp
//
// Tasks that nobody in particular owns: run cancels and awaits what is left, and reports errors that nobody
// took. Numbers are the lines of requirements §3.

#include <optional>
#include <stdexcept>

#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/group_errors.hpp"
#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CreateTask : public LoopTest {
 public:
  using LoopTest::note;  // for the exception handler

 protected:
  /// The errors that run_on_loop(main) reports as taken by nobody.
  template <class Main>
  std::vector<std::string> untaken_errors(Main main) {
    std::vector<std::string> texts;
    try {
      run_on_loop(main);
    } catch (const exception_group& group) {
      for (const std::exception_ptr& each : group.exceptions()) texts.push_back(text_of(each));
    }
    return texts;
  }
};
INSTANTIATE_TEST_SUITE_P(on, CreateTask, all_backends(), backend_name);

task<> fail(std::string text) {
  co_await sleep(0s);
  throw std::runtime_error(text);
}

TEST_P(CreateTask, RunsBesideItsCaller) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task([&]() -> task<int> {
      note("begins");
      co_await sleep(1s);
      co_return 1;
    });
    note("caller");
    co_await sleep(0s);
    note("caller again");
    EXPECT_EQ(co_await handle, 1);
  });

  EXPECT_THAT(log(), ElementsAre("caller", "begins", "caller again"));
}

TEST_P(CreateTask, TakesATaskALambdaOrAFunctionWithArguments) {
  run_on_loop([&]() -> task<> {
    const auto add = [](int left, int right) -> task<int> { co_return left + right; };
    auto from_task = create_task(add(1, 2), "sum");
    auto from_lambda = create_task([]() -> task<int> { co_return 4; });
    auto from_call = create_task(add, 5, 6);
    EXPECT_EQ(from_task.name(), "sum");
    EXPECT_EQ(co_await from_task + co_await from_lambda + co_await from_call, 18);
  });
}

// 70.
TEST_P(CreateTask, WhatIsLeftAtTheEndIsCancelledAndAwaited) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    for (int i = 0; i < 3; ++i) {
      create_task([&]() -> task<> {
        const auto guard = frames.make();
        co_await finally([]() -> task<> { co_await sleep(1h); },
                         [&]() -> task<> {
                           co_await sleep(1s);
                           note("cleaned up");
                         });
      });
    }
    co_await wait_all_tasks_blocked();
    note("main ends");
  });

  EXPECT_THAT(log(), ElementsAre("main ends", "cleaned up", "cleaned up", "cleaned up"));
  EXPECT_EQ(frames.alive(), 0);
  EXPECT_EQ(frames.made(), 3);
}

// A task that main created last has not had its first step: it runs to its first wait, as cancelled ones do.
TEST_P(CreateTask, OneThatHasNotStartedStillRunsToItsFirstWait) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    create_task([&, guard = frames.make()]() -> task<> {
      note("started");
      co_await sleep(0s);
      note("went on");
    });
    co_return;
  });

  EXPECT_THAT(log(), ElementsAre("started"));
  EXPECT_EQ(frames.alive(), 0);
}

TEST_P(CreateTask, CleanupAtTheEndMayStartTasks) {
  run_on_loop([&]() -> task<> {
    create_task([&]() -> task<> {
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [&]() -> task<> {
                         create_task([&]() -> task<> {
                           note("late task");
                           co_await sleep(0s);
                           note("went on");
                         });
                         co_await sleep(1s);
                         note("cleaned up");
                       });
    });
    co_await wait_all_tasks_blocked();
  });

  EXPECT_THAT(log(), ElementsAre("late task", "cleaned up"));
}

// 73.
TEST_P(CreateTask, ErrorsThatNobodyTookAreThrownByRunInOrder) {
  EXPECT_THAT(untaken_errors([]() -> task<> {
                create_task(fail("first"));
                create_task(fail("second"));
                co_await sleep(1s);
              }),
              ElementsAre("first", "second"));
}

TEST_P(CreateTask, TheMainTasksErrorIsTheFirstOfThem) {
  EXPECT_THAT(untaken_errors([]() -> task<> {
                create_task(fail("background"));
                co_await sleep(1s);
                throw std::runtime_error("main");
              }),
              ElementsAre("main", "background"));
}

TEST_P(CreateTask, TheMainTasksErrorAloneIsThrownAsItIs) {
  EXPECT_THROW(run_on_loop([]() -> task<> { co_await fail("main"); }), std::runtime_error);
}

TEST_P(CreateTask, AnErrorThatWasAwaitedIsTaken) {
  EXPECT_THAT(untaken_errors([]() -> task<> {
                auto awaited = create_task(fail("awaited"));
                auto looked_at = create_task(fail("looked at"));
                auto kept = create_task(fail("kept, but nobody looked"));
                EXPECT_THROW(co_await awaited, std::runtime_error);
                co_await sleep(0s);
                co_await sleep(0s);
                EXPECT_NE(looked_at.exception(), nullptr);
                EXPECT_TRUE(kept.done());
              }),
              ElementsAre("kept, but nobody looked"));
}

TEST_P(CreateTask, AnErrorWhoseHandleOutlivesTheLoopIsReportedOnce) {
  std::optional<task_handle<>> kept;
  EXPECT_THAT(untaken_errors([&]() -> task<> {
                kept = create_task(fail("kept"));
                co_await sleep(1s);
              }),
              ElementsAre("kept"));
  EXPECT_NE(kept->exception(), nullptr);
}

// 70.
TEST_P(CreateTask, AnErrorDuringTheFinalCleanupIsReported) {
  EXPECT_THAT(untaken_errors([]() -> task<> {
                create_task([]() -> task<> {
                  co_await finally([]() -> task<> { co_await sleep(1h); },
                                   []() -> task<> { co_await fail("in cleanup"); });
                });
                co_await wait_all_tasks_blocked();
              }),
              ElementsAre("in cleanup"));
}

TEST_P(CreateTask, ACancelledOneIsNoError) {
  run_on_loop([]() -> task<> {
    create_task([]() -> task<> { co_await sleep(1h); }).cancel();
    co_await sleep(0s);
  });
}

TEST_P(CreateTask, AnExceptionHandlerIsToldAsTheyBecomeKnown) {
  run_on_loop([&]() -> task<> {
    get_running_loop().set_exception_handler(
        [](std::exception_ptr error, void* test) {
          static_cast<CreateTask*>(test)->note("handler: " + text_of(error));
        },
        this);
    create_task(fail("early"));
    co_await sleep(1s);
    note("main ends");
    create_task(fail("never starts to fail"));
  });

  EXPECT_THAT(log(), ElementsAre("handler: early", "main ends"));
}

TEST_P(CreateTask, OutsideOfALoopItThrowsAndTheTaskIsDestroyed) {
  live_counter frames;
  EXPECT_THROW(create_task([guard = frames.make()]() -> task<> { co_return; }), invalid_state_error);
  EXPECT_EQ(frames.alive(), 0);
  EXPECT_GT(frames.made(), 0);
}

// Its owner is run: neither the scope nor the group in which it is called reaches it.
TEST_P(CreateTask, OutlivesTheScopeInWhichItIsCalled) {
  run_on_loop([&]() -> task<> {
    std::optional<task_handle<int>> outer;
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      outer = create_task([]() -> task<int> {
        co_await sleep(1s);
        co_return 5;
      });
      scope.cancel();
      co_await sleep(0s);
    });
    EXPECT_EQ(co_await *outer, 5);
  });
}

// 76.
TEST_P(CreateTask, CopiesTheContextAtCreation) {
  static context_var<int> number("number", 0);
  run_on_loop([&]() -> task<> {
    number.set(1);
    auto early = create_task([&]() -> task<> {
      note("early sees " + std::to_string(number.get()));
      number.set(10);
      co_await sleep(0s);
      note("early still has " + std::to_string(number.get()));
    });
    number.set(2);
    auto late = create_task([&]() -> task<> {
      co_await sleep(0s);
      note("late sees " + std::to_string(number.get()));
    });
    co_await gather(early, late);
    EXPECT_EQ(number.get(), 2);
  });

  EXPECT_THAT(log(), ElementsAre("early sees 1", "early still has 10", "late sees 2"));
}

TEST_P(CreateTask, AHundredThousandOneAfterAnotherLeaveNothing) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    for (int i = 0; i < 1000; ++i) {
      for (int j = 0; j < 100; ++j) {
        create_task([&]() -> task<> {
          const auto guard = frames.make();
          co_await sleep(0s);
        });
      }
      co_await wait_all_tasks_blocked();
      if (frames.alive() != 0) co_return;
    }
  });
  EXPECT_EQ(frames.made(), 100'000);
  EXPECT_EQ(frames.alive(), 0);
}

}  // namespace
}  // namespace overlap::asyncio
