// tests/asyncio/gather_errors_test.cpp
//
// What gather does when a child fails, or when it is cancelled. Numbers are the lines of requirements §3,
// restated: the others are stopped and awaited before the first error is thrown.

#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(GatherErrors);

task<int> fail_after(duration delay, std::string text) {
  co_await sleep(delay);
  throw std::runtime_error(text);
}

task<int> value_after(duration delay, int value) {
  co_await sleep(delay);
  co_return value;
}

task<int> gather_two() {
  const auto [one, two] = co_await gather(value_after(0s, 1), value_after(0s, 2));
  co_return one + two;
}

// The text of the error that `given` throws.
template <class Awaitable>
task<std::string> error_text(Awaitable given) {
  try {
    static_cast<void>(co_await std::move(given));
  } catch (const std::exception& error) {
    co_return error.what();
  }
  co_return "no error";
}

// 30.
TEST_P(GatherErrors, TheFirstInTimeIsThrownAsItIs) {
  run_on_loop([]() -> task<> {
    EXPECT_EQ(co_await error_text(gather(fail_after(2s, "late"), fail_after(1s, "early"))), "early");
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
}

// 30.
TEST_P(GatherErrors, SiblingsHaveBeenStoppedAndHaveCleanedUpBeforeItIsThrown) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto waits = [&]() -> task<int> {
      const auto guard = frames.make();
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [&]() -> task<> {
                         co_await sleep(3s);
                         note("cleaned up");
                       });
      co_return 1;
    };
    note(co_await error_text(gather(waits(), fail_after(1s, "expected"), waits())));
    EXPECT_EQ(frames.alive(), 0);
    EXPECT_EQ(testing::now().since_start(), duration(4s));
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up", "cleaned up", "expected"));
  EXPECT_EQ(frames.made(), 2);
}

TEST_P(GatherErrors, OfARangeStopsTheRestToo) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    std::vector<task<int>> tasks;
    for (int i = 0; i < 100; ++i) {
      tasks.push_back(detail::invoke_kept([&frames]() -> task<int> {
        const auto guard = frames.make();
        co_await sleep(1h);
        co_return 1;
      }));
    }
    tasks.push_back(fail_after(1s, "expected"));
    EXPECT_EQ(co_await error_text(gather(std::move(tasks))), "expected");
    EXPECT_EQ(frames.alive(), 0);
  });
  EXPECT_EQ(frames.made(), 100);
}

// A child that fails inside the call: those after it still start, run to their first wait, and stop.
TEST_P(GatherErrors, AnImmediateFailureStopsThoseAfterItAtTheirFirstWait) {
  run_on_loop([&]() -> task<> {
    const auto fails_now = []() -> task<> {
      throw std::runtime_error("at once");
      co_return;
    };
    const auto later = [&]() -> task<> {
      note("started");
      co_await sleep(0s);
      note("went on");
    };
    note(co_await error_text([&]() -> task<int> {
      co_await gather(fails_now(), later());
      co_return 0;
    }()));
  });

  EXPECT_THAT(log(), ElementsAre("started", "at once"));
}

TEST_P(GatherErrors, ASecondErrorIsNotThrown) {
  run_on_loop([]() -> task<> {
    const auto fails_in_cleanup = []() -> task<int> {
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       []() -> task<> {
                         co_await sleep(0s);
                         throw std::runtime_error("second");
                       });
      co_return 1;
    };
    EXPECT_EQ(co_await error_text(gather(fails_in_cleanup(), fail_after(1s, "first"))), "first");
  });
}

// 30.
TEST_P(GatherErrors, ReturnExceptionsGivesAnOutcomeForEachAndStopsNobody) {
  run_on_loop([]() -> task<> {
    const auto [failed, returned, nothing] =
        co_await gather(return_exceptions, fail_after(1s, "expected"), value_after(2s, 2), sleep(3s));
    EXPECT_TRUE(failed.is<std::runtime_error>());
    EXPECT_EQ(returned.value(), 2);
    EXPECT_TRUE(nothing.has_value());
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });
}

// 30. A cancelled task is an error object in its place.
TEST_P(GatherErrors, ReturnExceptionsShowsACancelledTaskInItsPlace) {
  run_on_loop([]() -> task<> {
    std::vector<task_handle<int>> handles;
    for (int i = 0; i < 3; ++i) handles.push_back(create_task(value_after(duration(1s) * (i + 1), i)));
    co_await sleep(1500ms);
    handles[1].cancel("not needed");
    const auto outcomes = co_await gather(return_exceptions, handles);
    EXPECT_EQ(outcomes[0].value(), 0);
    EXPECT_TRUE(outcomes[1].is<cancelled_error>());
    EXPECT_EQ(outcomes[2].value(), 2);
  });
}

// 31.
TEST_P(GatherErrors, AHandleWhoseTaskIsCancelledFailsTheGatherButCancelsNotTheCaller) {
  run_on_loop([&]() -> task<> {
    auto first = create_task(value_after(1h, 1));
    auto second = create_task(value_after(2s, 2));
    create_task([&]() -> task<> {
      co_await sleep(1s);
      first.cancel("by somebody");
    });
    EXPECT_THAT(co_await error_text(gather(first, second)), HasSubstr("by somebody"));
    EXPECT_FALSE(second.done());  // a handle's task has another owner: only the wait was stopped
    EXPECT_EQ(co_await second, 2);
    note("the caller goes on");
  });

  EXPECT_THAT(log(), ElementsAre("the caller goes on"));
}

// 31.
TEST_P(GatherErrors, CancellingItStopsAllChildren) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto child = [&]() -> task<> {
      const auto guard = frames.make();
      co_await finally([]() -> task<> { co_await sleep(1h); }, []() -> task<> { co_await sleep(2s); });
      note("went on");
    };
    auto gathering = create_task([&]() -> task<> {
      co_await gather(child(), child(), child());
      note("gathered");
    });
    co_await sleep(1s);
    EXPECT_EQ(frames.alive(), 3);
    EXPECT_TRUE(gathering.cancel());
    EXPECT_THAT(co_await error_text([&]() -> task<int> {
                  co_await gathering;
                  co_return 0;
                }()),
                HasSubstr("cancelled"));
    EXPECT_EQ(frames.alive(), 0);
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 31.
TEST_P(GatherErrors, CancellingADoneOneIsTooLate) {
  run_on_loop([]() -> task<> {
    auto gathering = create_task(gather_two());
    co_await sleep(1s);
    EXPECT_FALSE(gathering.cancel());
    EXPECT_EQ(gathering.result(), 3);
  });
}

// Cancelled and failed in the same turn: the error is thrown, and the caller stops at its next wait.
TEST_P(GatherErrors, AnErrorAndACancellationAtOnceGiveTheErrorAndThenTheStop) {
  run_on_loop([&]() -> task<> {
    auto gathering = create_task([&]() -> task<> {
      note(co_await error_text(gather(fail_after(1s, "expected"), value_after(1h, 1))));
      co_await sleep(0s);
      note("went on");
    });
    co_await sleep(0s);  // its timers are older than ours
    co_await sleep(1s);
    gathering.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(gathering.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("expected"));
}

TEST_P(GatherErrors, InACancelledScopeItsChildrenRunToTheirFirstWait) {
  run_on_loop([&]() -> task<> {
    const auto child = [this](const char* name) -> task<> {
      note(name);
      co_await sleep(0s);
      note("went on");
    };
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await gather(child("a"), child("b"));
      note("gathered");
    });
  });

  EXPECT_THAT(log(), ElementsAre("a", "b"));
}

// All children have returned without waiting: the gather has its values, even in a cancelled scope.
TEST_P(GatherErrors, InACancelledScopeWhatIsReadyIsDelivered) {
  run_on_loop([&]() -> task<> {
    const auto ready = [](int value) -> task<int> { co_return value; };
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      const auto [one, two] = co_await gather(ready(1), ready(2));
      note(std::to_string(one + two));
      co_await sleep(0s);
      note("went on");
    });
  });

  EXPECT_THAT(log(), ElementsAre("3"));
}

TEST_P(GatherErrors, NestedErrorsComeOutOnceAndStopEverything) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto waits = [&]() -> task<int> {
      const auto guard = frames.make();
      co_await sleep(1h);
      co_return 1;
    };
    EXPECT_EQ(co_await error_text(gather(gather(waits(), fail_after(1s, "deep")), gather(waits(), waits()))),
              "deep");
    EXPECT_EQ(frames.alive(), 0);
  });
  EXPECT_EQ(frames.made(), 3);
}

TEST_P(GatherErrors, AnErrorOfAChildIsReportedByNobodyElse) {
  std::vector<std::string> reported;
  run_on_loop([&]() -> task<> {
    get_running_loop().set_exception_handler(
        [](std::exception_ptr, void* where) {
          static_cast<std::vector<std::string>*>(where)->emplace_back("reported");
        },
        &reported);
    EXPECT_EQ(co_await error_text(gather(fail_after(1s, "first"), fail_after(1s, "second"))), "first");
  });
  EXPECT_THAT(reported, IsEmpty());
}

}  // namespace
}  // namespace overlap::asyncio
