// tests/asyncio/task_group_test.cpp
//
// What a group makes of its children's ends. Numbers are the lines of requirements §3.

#include <stdexcept>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/group_errors.hpp"
#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(TaskGroup);

task<> fail(std::string text) {
  co_await sleep(0s);
  throw std::runtime_error(text);
}

task<> fail_after(duration delay, std::string text) {
  co_await sleep(delay);
  throw std::runtime_error(text);
}

TEST_P(TaskGroup, EndsWhenItsLastChildHasEnded) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([&]() -> task<> {
        co_await sleep(2h);
        note("slow");
      });
      group.create_task([&]() -> task<> {
        co_await sleep(1h);
        note("fast");
      });
      EXPECT_EQ(group.size(), 2U);
      note("body");
      co_return;
    });
    note("left");
    EXPECT_EQ(testing::now().since_start(), duration(2h));
  });

  EXPECT_THAT(log(), ElementsAre("body", "fast", "slow", "left"));
}

TEST_P(TaskGroup, WithoutChildrenIsJustItsBody) {
  EXPECT_EQ(run_on_loop([]() -> task<int> {
              co_return co_await with(task_group(), [](task_group&) -> task<int> { co_return 7; });
            }),
            7);
}

TEST_P(TaskGroup, ChildrenStartInTheOrderOfCreationAfterTheCallerHasSuspended) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) {
        group.create_task([this, name]() -> task<> {
          note(name);
          co_return;
        });
      }
      note("body");
      co_await sleep(0s);
      note("body again");
    });
  });

  EXPECT_THAT(log(), ElementsAre("body", "a", "b", "c", "body again"));
}

// 19.
TEST_P(TaskGroup, AFailingChildStopsItsSiblingsAndTheBodyAndAwaitsThem) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto waits = [&](const char* name) -> task<> {
      const auto guard = frames.make();
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [this, name]() -> task<> {
                         co_await sleep(1s);  // slow cleanup is waited for
                         note(name);
                       });
      note("went on");
    };
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& group) -> task<> {
      group.create_task(waits, "first cleaned up");
      group.create_task(fail("expected"));
      group.create_task(waits, "second cleaned up");
      co_await waits("body cleaned up");
    }));
    EXPECT_THAT(errors, ElementsAre("expected"));
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });

  EXPECT_THAT(log(),
              ::testing::UnorderedElementsAre("body cleaned up", "first cleaned up", "second cleaned up"));
  EXPECT_EQ(frames.alive(), 0);
  EXPECT_EQ(frames.made(), 3);
}

// 19. The body's error first, then the children's in the order of their start, whatever the order of the
// ends.
TEST_P(TaskGroup, ErrorsAreInTheOrderOfStartAndTheBodysIsTheFirst) {
  run_on_loop([&]() -> task<> {
    const auto fails_in_cleanup = [](std::string text, duration delay) -> task<> {
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [&]() -> task<> { co_await fail_after(delay, text); });
    };
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& group) -> task<> {
      group.create_task(fails_in_cleanup, "first", 3s);
      group.create_task(fails_in_cleanup, "second", 2s);
      group.create_task(fails_in_cleanup, "third", 1s);
      co_await fail_after(1s, "body");
    }));
    EXPECT_THAT(errors, ElementsAre("body", "first", "second", "third"));
  });
}

// 20.
TEST_P(TaskGroup, AChildThatIsCancelledAloneIsNoFailure) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto cancelled = group.create_task([]() -> task<> { co_await sleep(1h); });
      auto other = group.create_task([&]() -> task<> {
        co_await sleep(1s);
        note("other ended");
      });
      co_await wait_all_tasks_blocked();
      cancelled.cancel();
      co_await other;
      EXPECT_TRUE(cancelled.cancelled());
    });
    note("left quietly");
  });

  EXPECT_THAT(log(), ElementsAre("other ended", "left quietly"));
}

// 20. A sibling that the group stops is not in the error either.
TEST_P(TaskGroup, StoppedSiblingsAreNotInTheError) {
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 10; ++i) group.create_task([]() -> task<> { co_await sleep(1h); });
      group.create_task(fail("only this"));
      co_return;
    }));
    EXPECT_THAT(errors, ElementsAre("only this"));
  });
}

// 21.
TEST_P(TaskGroup, AFailingBodyStopsTheChildren) {
  std::vector<std::string> record;
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([&]() -> task<> {
        const noted_end ended(record, "child unwound");
        co_await sleep(1h);
      });
      co_await sleep(0s);
      throw std::runtime_error("body");
    }));
    record.emplace_back("left");
    EXPECT_THAT(errors, ElementsAre("body"));
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(record, ElementsAre("child unwound", "left"));
}

// 21. The child of a body that fails before the child's first step runs to its first wait.
TEST_P(TaskGroup, AChildThatHasNotStartedStillRunsToItsFirstWait) {
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([&]() -> task<> {
        note("started");
        co_await sleep(0s);
        note("went on");
      });
      throw std::runtime_error("body");
      co_return;
    }));
    EXPECT_THAT(errors, ElementsAre("body"));
  });

  EXPECT_THAT(log(), ElementsAre("started"));
}

TEST_P(TaskGroup, TheCallableOfTheBodyMayThrowItself) {
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(
        with(task_group(), [](task_group&) -> task<> { throw std::runtime_error("no coroutine was made"); }));
    EXPECT_THAT(errors, ElementsAre("no coroutine was made"));
  });
}

// 23.
TEST_P(TaskGroup, AnInnerGroupsErrorArrivesAsANestedGroup) {
  run_on_loop([&]() -> task<> {
    std::string text;
    try {
      co_await with(task_group(), [&](task_group& outer) -> task<> {
        outer.create_task([&]() -> task<> {
          co_await with(task_group(), [&](task_group& inner) -> task<> {
            inner.create_task(fail("deep"));
            co_await sleep(1h);
          });
        });
        co_await sleep(1h);
      });
    } catch (const exception_group& group) {
      EXPECT_EQ(group.exceptions().size(), 1U);
      EXPECT_NE(exception_cast<exception_group>(group.exceptions()[0]), nullptr);
      text = group.what();
    }
    EXPECT_THAT(text, HasSubstr("deep"));
  });
}

// 23. Both fail in the same turn: the inner one is handled inside, the outer one still throws.
TEST_P(TaskGroup, NestedGroupsThatFailAtOnceAreHandledInsideOut) {
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& outer) -> task<> {
      outer.create_task(fail("outer"));
      const auto inner_errors = co_await errors_of(with(task_group(), [&](task_group& inner) -> task<> {
        inner.create_task(fail("inner"));
        co_await sleep(1h);
      }));
      note("inner: " + inner_errors.at(0));
      co_await sleep(0s);
      note("went on in a cancelled scope");
    }));
    note("outer: " + errors.at(0));
    EXPECT_EQ(errors.size(), 1U);
    co_await sleep(0s);
    note("free again");
  });

  EXPECT_THAT(log(), ElementsAre("inner: inner", "outer: outer", "free again"));
}

// 28.
TEST_P(TaskGroup, ResultsAndErrorsCanBeReadAfterwards) {
  run_on_loop([&]() -> task<> {
    std::vector<task_handle<int>> handles;
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& group) -> task<> {
      handles.push_back(group.create_task([]() -> task<int> { co_return 1; }));
      handles.push_back(group.create_task([]() -> task<int> {
        co_await sleep(1h);
        co_return 2;
      }));
      handles.push_back(group.create_task([]() -> task<int> {
        co_await sleep(1s);
        throw std::runtime_error("third");
      }));
      co_return;
    }));
    EXPECT_THAT(errors, ElementsAre("third"));

    EXPECT_EQ(handles[0].result(), 1);
    EXPECT_EQ(handles[0].exception(), nullptr);
    EXPECT_TRUE(handles[1].cancelled());
    EXPECT_THROW(static_cast<void>(handles[1].result()), cancelled_error);
    EXPECT_THROW(static_cast<void>(handles[2].result()), std::runtime_error);
    EXPECT_NE(handles[2].exception(), nullptr);
    EXPECT_THAT(all_tasks(), ::testing::SizeIs(1)) << "only the main task is left";
  });
}

TEST_P(TaskGroup, TheBodysValueIsGivenWhenAllChildrenHaveEnded) {
  run_on_loop([&]() -> task<> {
    const std::unique_ptr<int> value =
        co_await with(task_group(), [&](task_group& group) -> task<std::unique_ptr<int>> {
          group.create_task([&]() -> task<> {
            co_await sleep(1s);
            note("child");
          });
          co_return std::make_unique<int>(5);
        });
    EXPECT_EQ(*value, 5);
    note("value");
  });

  EXPECT_THAT(log(), ElementsAre("child", "value"));
}

// 26. Python throws it bare and drops the others; here nothing is lost.
TEST_P(TaskGroup, AKeyboardInterruptOfAChildIsOneOfItsErrors) {
  run_on_loop([]() -> task<> {
    std::exception_ptr error;
    try {
      co_await with(task_group(), [](task_group& group) -> task<> {
        group.create_task([]() -> task<> {
          co_await sleep(1s);
          throw keyboard_interrupt();
        });
        group.create_task([]() -> task<> {
          co_await sleep(1s);
          throw std::runtime_error("in the same turn");
        });
        co_return;
      });
    } catch (const exception_group&) {
      error = std::current_exception();
    }
    const auto* group = exception_cast<exception_group>(error);
    EXPECT_NE(group, nullptr);
    if (group == nullptr) co_return;
    EXPECT_EQ(group->exceptions().size(), 2U);
    EXPECT_TRUE(group->subgroup<keyboard_interrupt>());
  });
}

}  // namespace
}  // namespace overlap::asyncio
