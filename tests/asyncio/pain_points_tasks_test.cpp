// tests/asyncio/pain_points_tasks_test.cpp
//
// What users of Python's asyncio have complained about for years, and cannot happen here any more: of tasks,
// groups, loops and threads. Numbers are the pain points of requirements §4; docs/python_map.md has the
// table.

#include <atomic>
#include <stdexcept>
#include <stop_token>

#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>
#include <overlap/futures.hpp>

#include "asyncio/group_errors.hpp"
#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

OVERLAP_LOOP_SUITE(PainPointsOfTasks);

// 1. Python's loop has only weak references to its tasks.
TEST_P(PainPointsOfTasks, ATaskWhoseHandleIsDroppedCannotVanish) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    for (int i = 0; i < 100; ++i) {
      create_task([&]() -> task<> {
        const auto guard = frames.make();
        co_await sleep(1h);
        note("ended");
      });
    }
    co_await sleep(1min);
    EXPECT_EQ(frames.alive(), 100);
    co_await sleep(1h);
  });

  EXPECT_THAT(log(), AllOf(SizeIs(100), Each("ended")));
}

// 2. Python tells of it when the garbage collector comes by, or never.
TEST_P(PainPointsOfTasks, AnErrorThatNobodyAwaitsCannotGetLost) {
  const auto fails = [](const char* text) -> task<> {
    co_await sleep(1s);
    throw std::runtime_error(text);
  };
  try {
    run_on_loop([&]() -> task<> {
      create_task(fails, "in the background");
      EXPECT_THAT(co_await errors_of(with(task_group(),
                                          [&](task_group& group) -> task<> {
                                            group.create_task(fails, "in a group");
                                            co_return;
                                          })),
                  ElementsAre("in a group"));
    });
    ADD_FAILURE() << "the error of the background is lost";
  } catch (const exception_group& group) {
    EXPECT_THAT(group.what(), HasSubstr("in the background"));
  }
}

// 8. gh-128550, gh-128588, gh-155418: a child that acts on its group while it is being created.
TEST_P(PainPointsOfTasks, AnEagerChildCannotHangOrEscapeItsGroup) {
  live_counter frames;
  const auto lasting = [&]() -> task<> {
    const auto guard = frames.make();
    co_await sleep(1h);
  };
  run_on_loop([&]() -> task<> {
    const auto cancels = [&](task_group& group) -> task<> {
      const auto child = [&]() -> task<> {
        group.create_task(lasting, {.eager_start = true});
        group.cancel();
        EXPECT_THROW(group.create_task(lasting, {.eager_start = true}), invalid_state_error);
        co_await sleep(1h);
      };
      group.create_task(child, {.eager_start = true});
      co_await sleep(1h);
    };
    co_await with(task_group(), cancels);

    const auto fails = [&](task_group& group) -> task<> {
      group.create_task(lasting, {.eager_start = true});
      const auto child = []() -> task<> {
        throw std::runtime_error("at once");
        co_return;
      };
      group.create_task(child, {.eager_start = true});
      co_await sleep(1h);
    };
    EXPECT_THAT(co_await errors_of(with(task_group(), fails)), ElementsAre("at once"));
    EXPECT_EQ(frames.alive(), 0);
    co_await sleep(1s);  // and the caller is not cancelled
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
  EXPECT_EQ(frames.made(), 2);
}

// 9. Python cannot end a thread, and hangs in shutdown_default_executor.
TEST_P(PainPointsOfTasks, ACancelledCallInAThreadCannotKeepTheProgramFromEnding) {
  if (GetParam() == testing::backend::simulated) GTEST_SKIP() << "needs another thread";
  futures::promise<void> began;
  std::atomic<bool> stopped = false;
  run_on_loop([&]() -> task<> {
    const auto works_for_ever = [&](const std::stop_token& asked) {
      began.set_result();
      const std::stop_callback wake(asked, [&] {
        stopped = true;
        stopped.notify_all();
      });
      stopped.wait(false);
    };
    create_task([&]() -> task<> { co_await to_thread(works_for_ever); });
    co_await began.get_future();
  });
  EXPECT_TRUE(stopped);
}

// 24. "… is bound to a different event loop", "Event loop is closed".
TEST_P(PainPointsOfTasks, APrimitiveThatIsMadeEarlyCannotBelongToTheWrongLoop) {
  lock guarded;
  event ready;
  semaphore permits(1);
  queue<int> items;
  for (int round = 0; round < 2; ++round) {
    run_on_loop([&]() -> task<> {
      auto waiting = create_task([&]() -> task<int> {
        const auto held = co_await guarded.acquire();
        co_await ready.wait();
        const auto permit = co_await permits.acquire();
        co_return co_await items.get();
      });
      co_await wait_all_tasks_blocked();
      ready.set();
      co_await items.put(round);
      EXPECT_EQ(co_await waiting, round);
      ready.clear();
    });
  }

  // Two loops at the same time are refused, with advice.
  run_on_loop([&]() -> task<> {
    auto waiting = create_task([&]() -> task<> { co_await items.get(); });
    co_await wait_all_tasks_blocked();
    as_if_in_another_thread([&] {
      EXPECT_THAT(advice_of([&] { run_on_loop([&]() -> task<> { co_await items.get(); }); }),
                  HasSubstr("give each loop its own"));
      EXPECT_THAT(advice_of([&] { items.put_nowait(1); }), HasSubstr("call_soon_threadsafe"));
    });
    co_await items.put(1);
    co_await waiting;
  });
}

// 26. gh-78195.
TEST_P(PainPointsOfTasks, ContextVariablesCannotGetLostOnTheWay) {
  static const context_var<std::string> user("user", "nobody");
  const auto look = [this](const char* where) { note(where + (": " + user.get())); };
  run_on_loop([&]() -> task<> {
    user.set("me");
    co_await create_task([&]() -> task<> {
      look("task");
      co_return;
    });
    get_running_loop().call_soon([&] { look("callback"); });
    get_running_loop().call_later(1s, [&] { look("timer"); });
    co_await sleep(2s);
    co_await to_thread([&] { look("thread"); });
    const futures::thread_pool_executor pool(1);
    co_await run_in_executor(pool, [&] { look("executor"); });
    co_await run_in_executor(nullptr, [&] { look("default executor"); });
    get_running_loop().call_soon_threadsafe([&] { look("from outside"); });
    co_await wait_all_tasks_blocked();
    co_await gather([&]() -> task<> {
      look("gather");
      co_return;
    }());
  });

  EXPECT_THAT(log(), ElementsAre("task: me", "callback: me", "timer: me", "thread: me", "executor: me",
                                 "default executor: me", "from outside: me", "gather: me"));
}

// 28. PEP 789. That nobody yields inside a scope is a test that does not compile (compile_fail).
TEST_P(PainPointsOfTasks, AGeneratorThatIsLeftEarlyCannotLeaveAnythingBehind) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    {
      const auto plain = [&]() -> async_generator<int> {
        const auto guard = frames.make();
        for (int value = 0;; ++value) {
          co_yield value;
          co_await sleep(1s);
        }
      };
      auto numbers = plain();
      EXPECT_EQ(*co_await numbers.next(), 0);
      EXPECT_EQ(*co_await numbers.next(), 1);
    }
    EXPECT_EQ(frames.alive(), 0) << "there is no aclose() to forget";

    // One that needs tasks and limits.
    const auto produce = [&](channel_sender<int> values) -> task<> {
      const auto guard = frames.make();
      co_await with(task_group(), [&](task_group& group) -> task<> {
        group.create_task([&]() -> task<> {
          const auto child = frames.make();
          co_await sleep(1h);
        });
        for (int value = 0;; ++value) {
          co_await with(timeout(1s), [&]() -> task<> { co_await values.send(value); });
        }
      });
    };
    const auto takes_two = [&](auto& numbers) -> task<> {
      EXPECT_EQ(co_await numbers.next(), 0);
      EXPECT_EQ(co_await numbers.next(), 1);
    };
    co_await with(channel_from<int>(produce), takes_two);
    EXPECT_EQ(frames.alive(), 0);
  });
  EXPECT_EQ(frames.made(), 3);
}

// 31. Python hangs.
TEST_P(PainPointsOfTasks, AProgramInWhichNothingCanGoOnCannotHang) {
  try {
    run_on_loop([]() -> task<> {
      queue<int> requests;
      queue<int> answers;
      co_await with(task_group(), [&](task_group& group) -> task<> {
        const auto pass_on = [](queue<int>& from, queue<int>& to) -> task<> {
          co_await to.put(co_await from.get());
        };
        group.create_task(pass_on(requests, answers), "client");
        group.create_task(pass_on(answers, requests), "server");
        co_return;
      });
    });
    ADD_FAILURE() << "it has ended";
  } catch (const deadlock_error& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("client"), HasSubstr("server"), HasSubstr("pain_points_tasks_test.cpp")));
  }
}

}  // namespace
}  // namespace overlap::asyncio
