// tests/asyncio/task_handle_test.cpp
//
// A task seen from outside. Numbers are the lines of requirements §3.

#include <memory>
#include <optional>
#include <stdexcept>
#include <unordered_set>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

OVERLAP_LOOP_SUITE(TaskHandle);

task<int> value_after(duration delay, int value) {
  co_await sleep(delay);
  co_return value;
}

TEST_P(TaskHandle, IsAwaitedAsOftenAsOneLikes) {
  run_on_loop([]() -> task<> {
    auto handle = create_task(value_after(1s, 7));
    EXPECT_EQ(co_await handle, 7);
    EXPECT_EQ(co_await handle, 7);
    EXPECT_EQ(handle.result(), 7);
  });
}

// 74. Of a thread: several may join it.
TEST_P(TaskHandle, ManyWaitersAreServedInTheOrderOfTheirWaits) {
  run_on_loop([&]() -> task<> {
    auto awaited = create_task(value_after(1s, 7));
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) {
        group.create_task([&, name]() -> task<> { note(name + std::to_string(co_await awaited)); });
      }
      co_return;
    });
  });

  EXPECT_THAT(log(), ElementsAre("a7", "b7", "c7"));
}

// 6.
TEST_P(TaskHandle, AwaitingOneselfSaysSoByName) {
  run_on_loop([&]() -> task<> {
    std::optional<task_handle<>> self;
    self = create_task(
        [](std::optional<task_handle<>>& own) -> task<> {
          co_await sleep(0s);
          co_await *own;
        }(self),
        "narcissus");
    try {
      co_await *self;
      ADD_FAILURE() << "it awaited itself";
    } catch (const invalid_state_error& error) {
      EXPECT_THAT(error.what(), StartsWith("narcissus awaits itself"));
    }
  });
}

// 1.
TEST_P(TaskHandle, CancelledBeforeItsFirstStepItRunsToItsFirstWait) {
  run_on_loop([&]() -> task<> {
    auto handle = create_task([&]() -> task<> {
      note("started");
      co_await sleep(0s);
      note("went on");
    });
    EXPECT_TRUE(handle.cancel());
    EXPECT_FALSE(handle.done());
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(handle.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("started"));
}

// 2.
TEST_P(TaskHandle, CancellingADoneTaskIsFalse) {
  run_on_loop([]() -> task<> {
    auto returned = create_task(value_after(0s, 1));
    auto stopped = create_task(value_after(1h, 1));
    auto failed = create_task([]() -> task<> {
      throw std::runtime_error("expected");
      co_return;
    });
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(stopped.cancel());
    co_await wait_all_tasks_blocked();

    EXPECT_FALSE(returned.cancel());
    EXPECT_FALSE(stopped.cancel());
    EXPECT_FALSE(failed.cancel());
    EXPECT_FALSE(returned.cancelled());
    EXPECT_FALSE(failed.cancelled());
    EXPECT_NE(failed.exception(), nullptr);
  });
}

TEST_P(TaskHandle, TellsHowItIs) {
  run_on_loop([]() -> task<> {
    auto handle = create_task(value_after(1s, 7));
    EXPECT_FALSE(handle.done());
    EXPECT_FALSE(handle.cancelled());
    EXPECT_THROW(static_cast<void>(handle.result()), invalid_state_error);
    EXPECT_THROW(static_cast<void>(handle.exception()), invalid_state_error);
    co_await sleep(2s);
    EXPECT_TRUE(handle.done());
    EXPECT_EQ(handle.exception(), nullptr);
  });
}

TEST_P(TaskHandle, OfAFailedTaskThrowsItsErrorEachTime) {
  run_on_loop([]() -> task<> {
    auto handle = create_task([]() -> task<int> {
      co_await sleep(0s);
      throw std::runtime_error("expected");
    });
    EXPECT_THROW(co_await handle, std::runtime_error);
    EXPECT_THROW(co_await handle, std::runtime_error);
    EXPECT_THROW(static_cast<void>(handle.result()), std::runtime_error);
    EXPECT_TRUE(handle.done());
    EXPECT_FALSE(handle.cancelled());
  });
}

// 4.
TEST_P(TaskHandle, OfACancelledTaskThrowsCancelledErrorWithTheReason) {
  run_on_loop([]() -> task<> {
    auto handle = create_task(value_after(1h, 1), "download");
    co_await sleep(0s);
    handle.cancel("the disk is full");
    try {
      co_await handle;
      ADD_FAILURE() << "it was cancelled";
    } catch (const cancelled_error& error) {
      EXPECT_TRUE(
          std::string_view(error.what())
              .starts_with("download was cancelled: the disk is full (cancelled at task_handle_test.cpp:"))
          << error.what();
    }
    EXPECT_THROW(static_cast<void>(handle.exception()), cancelled_error);
    EXPECT_THROW(static_cast<void>(handle.result()), cancelled_error);
  });
}

TEST_P(TaskHandle, CancellingTheWaiterLeavesTheAwaitedTaskAlone) {
  run_on_loop([&]() -> task<> {
    auto awaited = create_task(value_after(2s, 7));
    auto waiter = create_task([&]() -> task<> { note(std::to_string(co_await awaited)); });
    co_await sleep(1s);
    waiter.cancel();
    co_await sleep(0s);
    EXPECT_TRUE(waiter.cancelled());
    EXPECT_EQ(co_await awaited, 7);
  });

  EXPECT_THAT(log(), ::testing::IsEmpty());
}

TEST_P(TaskHandle, GivesWhatCannotBeCopiedOnce) {
  run_on_loop([]() -> task<> {
    auto handle = create_task([]() -> task<std::unique_ptr<int>> {
      co_await sleep(1s);
      co_return std::make_unique<int>(7);
    });
    const std::unique_ptr<int> value = co_await std::move(handle);
    EXPECT_EQ(*value, 7);

    auto other = create_task([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(8); });
    co_await sleep(0s);
    EXPECT_EQ(*other.result(), 8);  // to look at
    EXPECT_EQ(*std::move(other).result(), 8);
  });
}

TEST_P(TaskHandle, AwaitedAsAnRvalueMovesOnlyIfNobodyElseHasAHandle) {
  run_on_loop([]() -> task<> {
    const std::string long_text(100, 'x');
    auto handle = create_task([&]() -> task<std::string> { co_return long_text; });
    auto copy = handle;
    EXPECT_EQ(co_await std::move(handle), long_text);
    EXPECT_EQ(copy.result(), long_text);  // still there for the other
  });
}

TEST_P(TaskHandle, OfAReferenceGivesTheObjectItself) {
  run_on_loop([]() -> task<> {
    int number = 1;
    auto handle = create_task([&]() -> task<int&> { co_return number; });
    EXPECT_EQ(&(co_await handle), &number);
    EXPECT_EQ(&handle.result(), &number);
  });
}

TEST_P(TaskHandle, IsAKeyOfSetsAndMaps) {
  run_on_loop([]() -> task<> {
    auto first = create_task(value_after(0s, 1));
    auto second = create_task(value_after(0s, 2));
    const auto copy = first;
    EXPECT_TRUE(copy == first);
    EXPECT_FALSE(first == second);
    std::unordered_set<task_handle<int>> pending;
    pending.insert(first);
    pending.insert(second);
    pending.insert(copy);
    EXPECT_EQ(pending.size(), 2U);
    pending.erase(first);
    EXPECT_FALSE(pending.contains(copy));
    EXPECT_LT(first.id(), second.id());
    co_return;
  });
}

TEST_P(TaskHandle, OutlivesItsLoop) {
  std::optional<task_handle<std::string>> kept;
  std::optional<task_handle<>> failed;
  run_on_loop([&]() -> task<> {
    kept = create_task([]() -> task<std::string> { co_return "kept"; });
    failed = create_task([]() -> task<> {
      throw std::runtime_error("expected");
      co_return;
    });
    co_await sleep(0s);
    EXPECT_NE(failed->exception(), nullptr);
  });
  EXPECT_EQ(kept->result(), "kept");
  EXPECT_THROW(failed->result(), std::runtime_error);
  EXPECT_FALSE(kept->cancel());
}

TEST_P(TaskHandle, ATaskMayBeCancelledByItsOwnChild) {
  run_on_loop([&]() -> task<> {
    std::optional<task_handle<>> parent;
    parent = create_task([&]() -> task<> {
      co_await with(task_group(), [&](task_group& group) -> task<> {
        group.create_task([&]() -> task<> {
          parent->cancel();
          note("child");
          co_await sleep(0s);
          note("child went on");
        });
        co_await sleep(1h);
      });
      note("parent went on");
    });
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(parent->cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("child"));
}

// Two tasks that await each other can never go on; the loop says so instead of hanging.
TEST_P(TaskHandle, AwaitingInACircleIsADeadlock) {
  std::optional<task_handle<>> first;
  std::optional<task_handle<>> second;
  try {
    run_on_loop([&]() -> task<> {
      first = create_task([&]() -> task<> { co_await *second; });
      second = create_task([&]() -> task<> { co_await *first; });
      first->set_name("hen");
      second->set_name("egg");
      co_await *first;
    });
    ADD_FAILURE() << "nobody can have ended";
  } catch (const deadlock_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("hen"));
    EXPECT_THAT(error.what(), HasSubstr("egg"));
  }
}

}  // namespace
}  // namespace overlap::asyncio
