// tests/asyncio/run_test.cpp
//
// run: from the first step of the main task to the end of the last one. Numbers are the lines of
// requirements §3.

#include <memory>
#include <stdexcept>
#include <thread>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

task<int> three() {
  co_await sleep(0s);
  co_return 3;
}

task<> fails(const char* text) {
  co_await sleep(0s);
  throw std::runtime_error(text);
}

// 70. The real entry; everything else below runs through the same code on every backend.
TEST(RunItself, GivesTheValueOfAnyAwaitable) {
  EXPECT_EQ(run(three()), 3);
  run([]() -> task<> { co_return; }());
  EXPECT_EQ(std::get<1>(run(gather(three(), three()))), 3);
  run(sleep(0s));
  EXPECT_EQ(*run([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); }()), 4);
  int number = 1;
  int& same = run([](int& given) -> task<int&> { co_return given; }(number));
  EXPECT_EQ(&same, &number);
}

// 70.
TEST(RunItself, ThrowsTheErrorOfTheMainTask) { EXPECT_THROW(run(fails("expected")), std::runtime_error); }

// 70.
TEST(RunItself, InsideAnotherIsAnErrorAndTheOuterOneGoesOn) {
  run([]() -> task<> {
    EXPECT_THROW(run(three()), invalid_state_error);
    EXPECT_EQ(co_await three(), 3);
  }());
}

// 72.
TEST(RunItself, CanBeCalledAgain) {
  EXPECT_EQ(run(three()), 3);
  EXPECT_THROW(run(fails("expected")), std::runtime_error);
  EXPECT_EQ(run(three()), 3);
}

TEST(RunItself, EachThreadHasALoopOfItsOwn) {
  run([]() -> task<> {
    int from_thread = 0;
    std::thread other([&] { from_thread = run(three()); });
    other.join();
    EXPECT_EQ(from_thread, 3);
    EXPECT_EQ(co_await three(), 3);
  }());
}

TEST(RunItself, WithoutALoopThereIsNoTask) {
  EXPECT_THROW(create_task(three()), invalid_state_error);
  EXPECT_THROW(get_running_loop(), invalid_state_error);
}

class Run : public LoopTest {
 protected:
  std::vector<std::string> ended_;
};
INSTANTIATE_TEST_SUITE_P(on, Run, all_backends(), backend_name);

TEST_P(Run, GivesTheValueOfAnyAwaitableOrCallable) {
  EXPECT_EQ(run_on_loop(three()), 3);
  EXPECT_EQ(run_on_loop([] { return three(); }), 3);
  run_on_loop([]() -> task<> { co_return; });
  EXPECT_EQ(std::get<0>(run_on_loop(gather(three(), three()))), 3);
  EXPECT_EQ(*run_on_loop([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); }), 4);
}

TEST_P(Run, ThrowsTheErrorAsItIs) { EXPECT_THROW(run_on_loop(fails("expected")), std::runtime_error); }

// 70.
TEST_P(Run, CancelsAndAwaitsWhatIsLeft) {
  run_on_loop([&]() -> task<> {
    create_task([&]() -> task<> {
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [&]() -> task<> {
                         co_await sleep(5s);
                         note("cleaned up");
                       });
    });
    co_await wait_all_tasks_blocked();
    note("main ends");
  });

  EXPECT_THAT(log(), ElementsAre("main ends", "cleaned up"));
  EXPECT_EQ(testing::last_simulation().elapsed, duration(5s));
}

TEST_P(Run, WhatIsLeftMayStartMore) {
  run_on_loop([&]() -> task<> {
    create_task([&]() -> task<> {
      co_await finally([]() -> task<> { co_await sleep(1h); },
                       [&]() -> task<> {
                         create_task([&]() -> task<> {
                           note("started late");
                           co_await sleep(1h);
                           note("went on");
                         });
                         co_return;
                       });
    });
    co_await wait_all_tasks_blocked();
  });

  EXPECT_THAT(log(), ElementsAre("started late"));
}

TEST_P(Run, CancelsWhatIsLeftWhenTheMainTaskFailsToo) {
  const auto main = [&]() -> task<> {
    create_task([&]() -> task<> {
      const noted_end local(ended_, "stopped");
      co_await sleep(1h);
    });
    co_await wait_all_tasks_blocked();
    throw std::runtime_error("main");
  };

  EXPECT_THROW(run_on_loop(main), std::runtime_error);

  EXPECT_THAT(ended_, ElementsAre("stopped"));
}

// 70. and 73.
TEST_P(Run, ThrowsErrorsThatNobodyTook) {
  const auto main = [&]() -> task<> {
    create_task(fails("first"));
    create_task(fails("second"));
    co_await sleep(1s);
  };

  try {
    run_on_loop(main);
    ADD_FAILURE() << "two errors were taken by nobody";
  } catch (const exception_group& group) {
    EXPECT_EQ(group.exceptions().size(), 2U);
    EXPECT_THAT(group.what(), AllOf(HasSubstr("first"), HasSubstr("second")));
  }
}

TEST_P(Run, ThrowsErrorsThatComeWhileItEnds) {
  const auto main = [&]() -> task<> {
    create_task([]() -> task<> {
      co_await finally([]() -> task<> { co_await sleep(1h); }, [] { return fails("while ending"); });
    });
    co_await wait_all_tasks_blocked();
  };

  EXPECT_THROW(run_on_loop(main), exception_group);
}

TEST_P(Run, AddsTheErrorOfTheMainTaskToThoseThatNobodyTook) {
  const auto main = [&]() -> task<> {
    create_task(fails("background"));
    co_await sleep(1s);
    throw std::logic_error("main");
  };

  try {
    run_on_loop(main);
    ADD_FAILURE() << "two errors";
  } catch (const exception_group& group) {
    ASSERT_EQ(group.exceptions().size(), 2U);
    EXPECT_THROW(std::rethrow_exception(group.exceptions()[0]), std::logic_error);
    EXPECT_THROW(std::rethrow_exception(group.exceptions()[1]), std::runtime_error);
  }
}

TEST_P(Run, AnErrorThatSomebodyTookIsNotThrownAgain) {
  run_on_loop([&]() -> task<> {
    auto looked_at = create_task(fails("looked at"));
    auto awaited = create_task(fails("awaited"));
    EXPECT_THROW(co_await awaited, std::runtime_error);
    EXPECT_NE(looked_at.exception(), nullptr);
  });
}

TEST_P(Run, AHandlerIsToldInstead) {
  std::vector<std::string> told;

  run_on_loop([&]() -> task<> {
    get_running_loop().set_exception_handler(
        [](std::exception_ptr error, void* argument) {
          try {
            std::rethrow_exception(std::move(error));
          } catch (const std::exception& known) {
            static_cast<std::vector<std::string>*>(argument)->emplace_back(known.what());
          }
        },
        &told);
    create_task(fails("background"));
    co_await sleep(1s);
    EXPECT_THAT(told, ElementsAre("background"));
  });
}

// Pain point 31 of requirements §4: a program in which nothing can go on says so.
TEST_P(Run, SaysWhoWaitsWhereWhenNothingCanEverGoOn) {
  semaphore none(0);
  const auto waits = [&]() -> task<> { static_cast<void>(co_await none.acquire()); };

  try {
    run_on_loop([&]() -> task<> {
      auto stuck = create_task(waits(), "the stuck one");
      co_await stuck;
    });
    ADD_FAILURE() << "nobody releases the semaphore";
  } catch (const deadlock_error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("the stuck one"), HasSubstr("run_test.cpp")));
  }
}

TEST_P(Run, UnwindsADeadlockWithCleanup) {
  semaphore none(0);

  EXPECT_THROW(run_on_loop([&]() -> task<> {
                 co_await finally([&]() -> task<> { static_cast<void>(co_await none.acquire()); },
                                  [&]() -> task<> {
                                    co_await sleep(1s);
                                    note("cleaned up");
                                  });
               }),
               deadlock_error);

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

TEST_P(Run, ATimerIsNoDeadlock) {
  semaphore none(0);

  run_on_loop([&]() -> task<> {
    EXPECT_THROW(static_cast<void>(co_await wait_for(none.acquire(), 1000h)), timeout_error);
  });
}

TEST_P(Run, AHandleMayOutliveTheLoop) {
  std::vector<task_handle<int>> kept;

  run_on_loop([&]() -> task<> {
    kept.push_back(create_task(three()));
    kept.push_back(create_task([]() -> task<int> {
      co_await sleep(1h);
      co_return 4;
    }));
    co_await sleep(1s);
  });

  EXPECT_EQ(kept[0].result(), 3);
  EXPECT_TRUE(kept[1].cancelled());
}

}  // namespace
}  // namespace overlap::asyncio
