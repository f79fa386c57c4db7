// tests/asyncio/task_group_life_test.cpp
//
// When a group takes children and when it refuses, and what it keeps for them. Numbers are the lines of
// requirements §3.

#include <functional>
#include <memory>
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
using ::testing::StartsWith;

OVERLAP_LOOP_SUITE(TaskGroupLife);

task<> hold(live_counter::guard guard, bool* ran) {
  *ran = true;
  static_cast<void>(guard);
  co_return;
}

// Tries to start a task that holds a guard, and gives the text of the refusal.
std::string refusal_of(task_group& group, live_counter& lives, bool& ran) {
  try {
    group.create_task(hold(lives.make(), &ran));
  } catch (const invalid_state_error& error) {
    return error.what();
  }
  return "not refused";
}

// 24.
TEST_P(TaskGroupLife, BeforeEnteringItRefusesAndTheTaskNeverRuns) {
  live_counter lives;
  bool ran = false;
  run_on_loop([&]() -> task<> {
    task_group group;
    EXPECT_THAT(refusal_of(group, lives, ran), HasSubstr("has not been entered"));
    EXPECT_EQ(lives.alive(), 0);
    co_return;
  });
  EXPECT_GT(lives.made(), 0);
  EXPECT_FALSE(ran);
}

// 24.
TEST_P(TaskGroupLife, AfterTheEndItRefuses) {
  live_counter lives;
  bool ran = false;
  run_on_loop([&]() -> task<> {
    task_group group;
    co_await with(group, [](task_group&) -> task<> { co_return; });
    EXPECT_THAT(refusal_of(group, lives, ran), HasSubstr("has been left"));
    EXPECT_EQ(lives.alive(), 0);
  });
  EXPECT_FALSE(ran);
}

// 24.
TEST_P(TaskGroupLife, AfterAFailureItRefuses) {
  live_counter lives;
  bool ran = false;
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([]() -> task<> {
        throw std::runtime_error("first");
        co_return;
      });
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [&]() -> task<> {
                         note(refusal_of(group, lives, ran));
                         co_return;
                       });
    }));
    EXPECT_THAT(errors, ElementsAre("first"));
  });

  EXPECT_THAT(log(), ElementsAre(HasSubstr("is ending")));
  EXPECT_EQ(lives.alive(), 0);
  EXPECT_FALSE(ran);
}

TEST_P(TaskGroupLife, AfterCancelItRefuses) {
  live_counter lives;
  bool ran = false;
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.cancel();
      note(refusal_of(group, lives, ran));
      co_return;
    });
  });

  EXPECT_THAT(log(), ElementsAre(HasSubstr("is ending")));
  EXPECT_EQ(lives.alive(), 0);
}

TEST_P(TaskGroupLife, ItIsEnteredOnce) {
  run_on_loop([&]() -> task<> {
    task_group group;
    const auto body = [](task_group&) -> task<> { co_return; };
    co_await with(group, body);
    EXPECT_THROW(co_await with(group, body), invalid_state_error);
  });
}

// 24. The body has ended, but a child remains: it may start grandchildren, and the group waits for them.
TEST_P(TaskGroupLife, ChildrenMayStartMoreWhileItIsClosing) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task([&]() -> task<> {
        co_await sleep(1s);
        group.create_task([&]() -> task<> {
          co_await sleep(1s);
          group.create_task([&]() -> task<> {
            co_await sleep(1s);
            note("grand-grandchild");
          });
        });
      });
      co_return;
    });
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });

  EXPECT_THAT(log(), ElementsAre("grand-grandchild"));
}

// 25. The hydra: each child starts two. An error still stops them all.
TEST_P(TaskGroupLife, ChildrenThatSpawnForEverAreStoppedByAnError) {
  live_counter lives;
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(with(task_group(), [&](task_group& group) -> task<> {
      const std::function<task<>()> head = [&]() -> task<> {
        const auto guard = lives.make();
        co_await sleep(1s);
        group.create_task(head);
        group.create_task(head);
      };
      group.create_task(head);
      co_await sleep(8500ms);
      EXPECT_EQ(group.size(), 256U);
      throw std::runtime_error("sword");
    }));
    EXPECT_THAT(errors, ElementsAre("sword"));
    EXPECT_EQ(lives.alive(), 0);
  });
  EXPECT_EQ(lives.made(), 511);
}

TEST_P(TaskGroupLife, DroppingHandlesChangesNothing) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      {
        auto dropped = group.create_task([&]() -> task<> {
          co_await sleep(1s);
          note("ended");
        });
      }
      co_return;
    });
  });

  EXPECT_THAT(log(), ElementsAre("ended"));
}

TEST_P(TaskGroupLife, ALambdaIsKeptWithItsCapturesUntilItsTaskEnds) {
  live_counter lives;
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      {
        auto text = std::make_shared<std::string>("captured");
        group.create_task([this, text, guard = lives.make()]() -> task<> {
          co_await sleep(1s);
          note(*text);
        });
      }
      EXPECT_EQ(lives.alive(), 1);
      co_return;
    });
    EXPECT_EQ(lives.alive(), 0);
  });

  EXPECT_THAT(log(), ElementsAre("captured"));
}

TEST_P(TaskGroupLife, ArgumentsAreKeptEvenIfTheFunctionTakesThemByReference) {
  live_counter lives;
  run_on_loop([&]() -> task<> {
    const auto print = [this](const std::string& text, const std::unique_ptr<int>& number,
                              const live_counter::guard&) -> task<> {
      co_await sleep(1s);
      note(text + std::to_string(*number));
    };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      {
        const std::string text = "a text too long for the small string optimisation, and then ";
        group.create_task(print, text, std::make_unique<int>(5), lives.make());
      }
      co_return;
    });
    EXPECT_EQ(lives.alive(), 0);
  });

  EXPECT_THAT(log(), ElementsAre(::testing::EndsWith("and then 5")));
}

TEST_P(TaskGroupLife, AReferenceWrapperPassesTheObjectItself) {
  run_on_loop([&]() -> task<> {
    int number = 1;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      group.create_task(
          [](int& target) -> task<> {
            target = 2;
            co_return;
          },
          std::ref(number));
      co_return;
    });
    EXPECT_EQ(number, 2);
  });
}

TEST_P(TaskGroupLife, TasksHaveNames) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto named = group.create_task([]() -> task<> { co_return; }(), "download");
      auto unnamed = group.create_task([]() -> task<> { co_return; });
      EXPECT_EQ(named.name(), "download");
      EXPECT_THAT(std::string(unnamed.name()), StartsWith("task-"));
      unnamed.set_name("upload");
      EXPECT_EQ(unnamed.name(), "upload");
      co_return;
    });
  });
}

// The frames of children that have ended are gone while the group still runs.
TEST_P(TaskGroupLife, AChildThatHasEndedHoldsNothing) {
  live_counter lives;
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 1000; ++i) {
        group.create_task([&, guard = lives.make()]() -> task<> {
          const auto local = lives.make();
          co_await sleep(0s);
        });
      }
      co_await sleep(1s);
      EXPECT_EQ(group.size(), 0U);
      EXPECT_EQ(lives.alive(), 0);
    });
  });
  EXPECT_GE(lives.made(), 2000);
}

TEST_P(TaskGroupLife, AnErrorOfACopyOrMoveOfAResultIsTheTasksError) {
  struct brittle {
    brittle() = default;
    brittle(brittle&&) { throw std::runtime_error("does not move"); }
  };
  run_on_loop([&]() -> task<> {
    const auto errors = co_await errors_of(with(task_group(), [](task_group& group) -> task<> {
      group.create_task([]() -> task<brittle> { co_return brittle(); }());
      co_return;
    }));
    EXPECT_THAT(errors, ElementsAre("does not move"));
  });
}

}  // namespace
}  // namespace overlap::asyncio
