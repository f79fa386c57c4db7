// tests/asyncio/task_start_test.cpp
//
// How a task begins: its name, its context, at once or at its turn, and when it says that it is ready.
// Numbers are the lines of requirements §3.

#include <stdexcept>

#include <overlap/base/context.hpp>
#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

OVERLAP_LOOP_SUITE(TaskOptions);

const context_var<int> number("number", 0);

TEST_P(TaskOptions, NameAndContext) {
  run_on_loop([&]() -> task<> {
    number.set(1);
    const context earlier = copy_context();
    number.set(2);
    const auto look = [&]() -> task<int> {
      const int seen = number.get();
      number.set(99);
      co_return seen;
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto here = group.create_task(look());
      auto there = group.create_task(look(), {.name = "there", .in = &earlier});
      EXPECT_EQ(there.name(), "there");
      EXPECT_EQ(co_await here, 2);
      EXPECT_EQ(co_await there, 1);
    });
    EXPECT_EQ(earlier.get(number), 1);
    EXPECT_EQ(number.get(), 2);
    EXPECT_EQ(co_await create_task(look, {.in = &earlier}), 1);
  });
}

TEST_P(TaskOptions, EagerRunsInsideTheCallToItsFirstWait) {
  run_on_loop([&]() -> task<> {
    const auto child = [&]() -> task<int> {
      note("child begins");
      co_await sleep(1s);
      note("child ends");
      co_return 7;
    };
    auto handle = create_task(child, {.eager_start = true});
    note("caller");
    EXPECT_EQ(co_await handle, 7);
  });
  EXPECT_THAT(log(), ElementsAre("child begins", "caller", "child ends"));
}

TEST_P(TaskOptions, EagerAndDoneAtOnce) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto handle = group.create_task([]() -> task<int> { co_return 7; }, {.eager_start = true});
      EXPECT_TRUE(handle.done());
      EXPECT_EQ(handle.result(), 7);
      EXPECT_EQ(group.size(), 0U);
      co_return;
    });
  });
}

TEST_P(TaskOptions, EagerSeesItselfAsTheCurrentTask) {
  run_on_loop([&]() -> task<> {
    const auto caller = current_task().id();
    std::uint64_t seen = 0;
    auto handle = create_task(
        [&]() -> task<> {
          seen = current_task().id();
          number.set(5);
          co_return;
        },
        {.eager_start = true});
    EXPECT_EQ(seen, handle.id());
    EXPECT_EQ(current_task().id(), caller);
    EXPECT_EQ(number.get(), 0);
    co_return;
  });
}

// 27.
TEST_P(TaskOptions, EagerChildThatFailsWhileItIsCreatedEndsItsGroup) {
  run_on_loop([&]() -> task<> {
    const auto body = [&](task_group& group) -> task<> {
      group.create_task(
          []() -> task<> {
            throw std::runtime_error("bad");
            co_return;
          },
          {.eager_start = true});
      note("still running");
      EXPECT_THROW(group.create_task([]() -> task<> { co_return; }), invalid_state_error);
      co_await sleep(1h);
      note("not reached");
    };
    EXPECT_THROW(co_await with(task_group(), body), exception_group);
    co_await sleep(1s);
    note("not cancelled");
  });
  EXPECT_THAT(log(), ElementsAre("still running", "not cancelled"));
}

// 27.
TEST_P(TaskOptions, EagerChildThatCancelsItsGroupBeforeItsFirstWait) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto child = [&group]() -> task<> {
        group.cancel();
        co_await sleep(1h);
      };
      group.create_task(child, {.eager_start = true});
      co_await sleep(1h);
      note("not reached");
    });
    EXPECT_EQ(testing::now().since_start(), duration());
  });
  EXPECT_TRUE(log().empty());
}

OVERLAP_LOOP_SUITE(TaskGroupStart);

TEST_P(TaskGroupStart, WaitsUntilTheChildIsReadyAndGivesItsValue) {
  run_on_loop([&]() -> task<> {
    const auto serve = [&](task_status<int> status, int port) -> task<> {
      co_await sleep(1s);
      status.started(port + 1);
      note("started");
      co_await sleep(1s);
      note("child ends");
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      EXPECT_EQ(co_await group.start<int>(serve, 8000), 8001);
      note("caller");
      EXPECT_EQ(group.size(), 1U);
    });
    EXPECT_EQ(testing::now().since_start(), duration(2s));
  });
  EXPECT_THAT(log(), ElementsAre("started", "caller", "child ends"));
}

TEST_P(TaskGroupStart, WithoutAValue) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      co_await group.start([](task_status<> status) -> task<> {
        co_await sleep(1s);
        status.started();
      });
      EXPECT_EQ(testing::now().since_start(), duration(1s));
    });
  });
}

TEST_P(TaskGroupStart, AnErrorBeforeItIsReadyGoesToTheCallerAlone) {
  run_on_loop([&]() -> task<> {
    const auto failing = [](task_status<int>) -> task<> {
      co_await sleep(1s);
      throw std::runtime_error("no port");
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      EXPECT_THROW(co_await group.start<int>(failing), std::runtime_error);
      co_await sleep(1s);
      note("the group lives");
    });
  });
  EXPECT_THAT(log(), ElementsAre("the group lives"));
}

TEST_P(TaskGroupStart, AnErrorAfterItIsReadyGoesToTheGroup) {
  run_on_loop([&]() -> task<> {
    const auto failing = [](task_status<int> status) -> task<> {
      status.started(1);
      co_await sleep(1s);
      throw std::runtime_error("late");
    };
    const auto body = [&](task_group& group) -> task<> {
      EXPECT_EQ(co_await group.start<int>(failing), 1);
      co_await sleep(1h);
    };
    EXPECT_THROW(co_await with(task_group(), body), exception_group);
  });
}

TEST_P(TaskGroupStart, EndingWithoutAWordIsAnError) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      try {
        co_await group.start([](task_status<>) -> task<> { co_return; });
      } catch (const invalid_state_error& error) {
        note(error.what());
      }
    });
  });
  ASSERT_EQ(log().size(), 1U);
  EXPECT_THAT(log()[0], HasSubstr("without saying task_status::started()"));
}

TEST_P(TaskGroupStart, SayingItTwiceIsAnError) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      co_await group.start([&](task_status<> status) -> task<> {
        status.started();
        EXPECT_THROW(status.started(), invalid_state_error);
        co_return;
      });
    });
  });
}

TEST_P(TaskGroupStart, CancelledBeforeItIsReadyStopsTheChildToo) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto slow = [&](task_status<> status) -> task<> {
      const auto frame = frames.make();
      co_await finally([]() -> task<> { co_await sleep(1h); }, []() -> task<> { co_await sleep(1s); });
      status.started();
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      EXPECT_THROW(co_await with(timeout(1s), [&]() -> task<> { co_await group.start(slow); }),
                   timeout_error);
      EXPECT_EQ(group.size(), 0U);
      EXPECT_EQ(frames.alive(), 0);
      EXPECT_EQ(testing::now().since_start(), duration(2s));
    });
  });
  EXPECT_EQ(frames.made(), 1);
}

TEST_P(TaskGroupStart, ACancelledChildIsAnErrorForTheCaller) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      const auto cancels_itself = [](task_status<>) -> task<> {
        current_task().cancel("not today");
        co_await sleep(1h);
      };
      EXPECT_THROW(co_await group.start(cancels_itself), cancelled_error);
      note("goes on");
      co_return;
    });
  });
  EXPECT_THAT(log(), ElementsAre("goes on"));
}

TEST_P(TaskGroupStart, CancellingTheGroupStopsCallerAndChild) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto slow = [&](task_status<>) -> task<> {
      const auto frame = frames.make();
      co_await sleep(1h);
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([&]() -> task<> {
        co_await group.start(slow);
        note("not reached");
      });
      co_await sleep(1s);
      group.cancel();
    });
    EXPECT_EQ(frames.alive(), 0);
  });
  EXPECT_EQ(frames.made(), 1);
  EXPECT_TRUE(log().empty());
}

TEST_P(TaskGroupStart, InACancelledScopeTheChildNeverRuns) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
        scope.cancel();
        co_await group.start([&](task_status<> status) -> task<> {
          note("not reached");
          status.started();
          co_return;
        });
      });
      EXPECT_EQ(group.size(), 0U);
    });
  });
  EXPECT_TRUE(log().empty());
}

TEST_P(TaskGroupStart, AGroupThatTakesNoTasksSaysSo) {
  run_on_loop([&]() -> task<> {
    task_group group;
    co_await with(group, [](task_group&) -> task<> { co_return; });
    EXPECT_THROW(co_await group.start([](task_status<>) -> task<> { co_return; }), invalid_state_error);
  });
}

TEST_P(TaskGroupStart, ARequestThatIsDroppedStartsNothing) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      const auto child = [](task_status<>, live_counter::guard) -> task<> { co_return; };
      {
        auto request = group.start(child, frames.make());
      }
      EXPECT_EQ(group.size(), 0U);
      co_return;
    });
  });
  EXPECT_EQ(frames.alive(), 0);
}

}  // namespace
}  // namespace overlap::asyncio
