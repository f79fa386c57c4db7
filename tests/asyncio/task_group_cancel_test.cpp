// tests/asyncio/task_group_cancel_test.cpp
//
// Cancellation of groups, from outside and by themselves. Numbers are the lines of requirements §3.

#include <stdexcept>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/group_errors.hpp"
#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(TaskGroupCancel);

// 21. CPython's test_cancellation: five children, five stops, and no group is thrown.
TEST_P(TaskGroupCancel, FromOutsideStopsAllChildrenAndGoesOnOutwards) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    auto runner = create_task([&]() -> task<> {
      co_await with(task_group(), [&](task_group& group) -> task<> {
        for (int i = 0; i < 5; ++i) {
          group.create_task([&]() -> task<> {
            const auto guard = frames.make();
            co_await sleep(1h);
            note("child went on");
          });
        }
        co_return;
      });
      note("went on after the group");
    });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(frames.alive(), 5);

    runner.cancel();
    co_await wait_all_tasks_blocked();

    EXPECT_TRUE(runner.cancelled());
    EXPECT_EQ(frames.alive(), 0);
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(TaskGroupCancel, FromOutsideWaitsForTheCleanupOfChildren) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    co_await with(scope, [&]() -> task<> {
      co_await with(task_group(), [&](task_group& group) -> task<> {
        group.create_task([&]() -> task<> {
          co_await finally([]() -> task<> { co_await sleep(1h); }, []() -> task<> { co_await sleep(3s); });
        });
        co_await wait_all_tasks_blocked();
        scope.cancel();
      });
      note("went on after the group");
    });
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 22. The error is thrown although the group was cancelled from outside, and the next wait stops.
TEST_P(TaskGroupCancel, AnErrorWhileCancelledIsThrownAndTheNextWaitStops) {
  run_on_loop([&]() -> task<> {
    auto runner = create_task([&]() -> task<> {
      try {
        co_await with(task_group(), [&](task_group& group) -> task<> {
          group.create_task([]() -> task<> {
            co_await finally([]() -> task<> { co_await sleep(1h); },
                             []() -> task<> {
                               co_await sleep(0s);
                               throw std::runtime_error("cleanup");
                             });
          });
          co_await sleep(1h);
        });
      } catch (const exception_group& group) {
        note(text_of(group.exceptions()[0]));
      }
      co_await sleep(0s);
      note("went on");
    });
    co_await wait_all_tasks_blocked();
    runner.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(runner.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("cleanup"));
}

TEST_P(TaskGroupCancel, ATimeLimitAroundAGroupThrowsATimeoutAndNoGroup) {
  run_on_loop([&]() -> task<> {
    const auto body = [](task_group& group) -> task<> {
      group.create_task([]() -> task<> { co_await sleep(1h); });
      co_return;
    };
    EXPECT_THROW(co_await with(timeout(1s), [&] { return with(task_group(), body); }), timeout_error);
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
}

TEST_P(TaskGroupCancel, ATimeLimitInAChildFailsTheGroupWithThatTimeout) {
  run_on_loop([&]() -> task<> {
    bool is_timeout = false;
    try {
      co_await with(task_group(), [](task_group& group) -> task<> {
        group.create_task([]() -> task<> { co_await wait_for(sleep(1h), 1s); });
        co_return;
      });
    } catch (const exception_group& group) {
      is_timeout = exception_cast<timeout_error>(group.exceptions()[0]) != nullptr;
    }
    EXPECT_TRUE(is_timeout);
  });
}

// 27.
TEST_P(TaskGroupCancel, ByItselfEndsQuietly) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([&]() -> task<> {
        co_await sleep(1h);
        note("child went on");
      });
      co_await sleep(1s);
      group.cancel("enough");
      group.cancel("twice is once");
      note("still here");
      co_await sleep(0s);
      note("body went on");
    });
    note("left");
    co_await sleep(0s);
    note("free");
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });

  EXPECT_THAT(log(), ElementsAre("still here", "left", "free"));
}

// 27.
TEST_P(TaskGroupCancel, BeforeEnteringStopsTheFirstWait) {
  run_on_loop([&]() -> task<> {
    task_group group;
    group.cancel();
    co_await with(group, [&](task_group&) -> task<> {
      note("entered");
      co_await sleep(0s);
      note("went on");
    });
    note("left");
  });

  EXPECT_THAT(log(), ElementsAre("entered", "left"));
}

// 27.
TEST_P(TaskGroupCancel, AfterLeavingDoesNothing) {
  run_on_loop([&]() -> task<> {
    task_group group;
    co_await with(group, [](task_group&) -> task<> { co_return; });
    group.cancel();
    co_await sleep(0s);
    note("went on");
  });

  EXPECT_THAT(log(), ElementsAre("went on"));
}

// 27. gh-155418
TEST_P(TaskGroupCancel, AChildMayCancelItsGroupBeforeItsFirstWait) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([&]() -> task<> {
        group.cancel();
        note("child");
        co_return;
      });
      co_await sleep(1h);
      note("body went on");
    });
    note("left");
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(log(), ElementsAre("child", "left"));
}

TEST_P(TaskGroupCancel, ABodyWithAValueThatWasStoppedThrowsCancelledError) {
  run_on_loop([&]() -> task<> {
    const auto body = [](task_group& group) -> task<int> {
      group.cancel();
      co_await sleep(1h);
      co_return 1;
    };
    EXPECT_THROW(static_cast<void>(co_await with(task_group(), body)), cancelled_error);
  });
}

TEST_P(TaskGroupCancel, ABodyThatStillReturnsKeepsItsValue) {
  run_on_loop([&]() -> task<> {
    const int value = co_await with(task_group(), [](task_group& group) -> task<int> {
      group.create_task([]() -> task<> { co_await sleep(1h); });
      group.cancel();
      co_return 9;
    });
    EXPECT_EQ(value, 9);
  });
}

TEST_P(TaskGroupCancel, AnErrorAfterCancelIsThrown) {
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(with(task_group(), [](task_group& group) -> task<> {
      group.cancel();
      throw std::runtime_error("body");
      co_return;
    }));
    EXPECT_THAT(errors, ElementsAre("body"));
  });
}

// The children of a cancelled group tell why.
TEST_P(TaskGroupCancel, TheReasonReachesWhoeverAsksAChild) {
  run_on_loop([&]() -> task<> {
    std::vector<task_handle<>> children;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      children.push_back(group.create_task([]() -> task<> { co_await sleep(1h); }));
      co_await wait_all_tasks_blocked();
      group.cancel("the user went home");
    });
    try {
      children.at(0).result();
      ADD_FAILURE() << "it was cancelled";
    } catch (const cancelled_error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("the user went home"));
    }
  });
}

// The outer group is cancelled while the inner one, which failed, waits for cleanup.
TEST_P(TaskGroupCancel, OfTheOuterGroupWhileTheInnerOneFailsKeepsTheInnerError) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& outer) -> task<> {
      outer.create_task([&]() -> task<> {
        const auto errors = co_await errors_of(with(task_group(), [&](task_group& inner) -> task<> {
          inner.create_task([]() -> task<> {
            co_await finally([]() -> task<> { co_await sleep(1h); }, []() -> task<> { co_await sleep(2s); });
          });
          co_await sleep(0s);
          throw std::runtime_error("inner");
        }));
        note(errors.at(0));
        co_await sleep(0s);
        note("went on");
      });
      co_await sleep(1s);
      outer.cancel();
    });
    EXPECT_EQ(testing::now().since_start(), duration(2s));
  });

  EXPECT_THAT(log(), ElementsAre("inner"));
}

TEST_P(TaskGroupCancel, AWaitForAHandleOutsideOfTheGroupIsLeftWithoutHarm) {
  run_on_loop([&]() -> task<> {
    auto outside = create_task([]() -> task<int> {
      co_await sleep(2s);
      co_return 3;
    });
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 3; ++i) {
        group.create_task([&]() -> task<> { note(std::to_string(co_await outside)); });
      }
      co_await sleep(1s);
      group.cancel();
    });
    EXPECT_FALSE(outside.done());
    EXPECT_EQ(co_await outside, 3);
  });

  EXPECT_THAT(log(), IsEmpty());
}

}  // namespace
}  // namespace overlap::asyncio
