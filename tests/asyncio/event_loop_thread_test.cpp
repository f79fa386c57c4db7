// tests/asyncio/event_loop_thread_test.cpp
//
// Calls into a loop from real threads. Numbers are the lines of requirements §3.

#include <atomic>
#include <latch>
#include <optional>
#include <stdexcept>
#include <thread>

#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(EventLoopThread);

// 75. Nothing else can wake it: if it were not woken, the test would hang.
TEST_P(EventLoopThread, CallSoonThreadsafeWakesASleepingLoop) {
  std::thread other;
  run_on_loop([&]() -> task<> {
    semaphore woken(1);
    auto closed = co_await woken.acquire();
    const std::thread::id loop_thread = std::this_thread::get_id();
    other = std::thread([&, loop = get_running_loop()]() mutable {
      loop.call_soon_threadsafe([&] {
        EXPECT_EQ(std::this_thread::get_id(), loop_thread);
        closed.release();
      });
    });
    static_cast<void>(co_await woken.acquire());
  });
  other.join();
}

TEST_P(EventLoopThread, ManyThreadsEachKeepTheirOrder) {
  constexpr int threads = 4;
  constexpr int calls = 500;
  std::vector<std::thread> others;
  run_on_loop([&]() -> task<> {
    semaphore finished(1);
    auto closed = co_await finished.acquire();
    std::vector<int> next(threads, 0);
    int left = threads * calls;
    for (int number = 0; number < threads; ++number) {
      others.emplace_back([&, number, loop = get_running_loop()]() mutable {
        for (int call = 0; call < calls; ++call) {
          loop.call_soon_threadsafe([&, number, call] {
            EXPECT_EQ(next[static_cast<std::size_t>(number)]++, call);
            if (--left == 0) closed.release();
          });
        }
      });
    }
    static_cast<void>(co_await finished.acquire());
    EXPECT_THAT(next, ElementsAre(calls, calls, calls, calls));
  });
  for (std::thread& other : others) other.join();
}

TEST_P(EventLoopThread, FromTheLoopsOwnThreadItWorksToo) {
  run_on_loop([&]() -> task<> {
    get_running_loop().call_soon_threadsafe([&] { note("called"); });
    note("caller");
    co_await wait_all_tasks_blocked();
  });

  EXPECT_THAT(log(), ElementsAre("caller", "called"));
}

TEST_P(EventLoopThread, InAnotherThreadOnlyTheThreadsafeMembersWork) {
  live_counter lives;
  run_on_loop([&]() -> task<> {
    std::thread([&, loop = get_running_loop()]() mutable {
      EXPECT_THROW(loop.call_soon([guard = lives.make()] {}), invalid_state_error);
      EXPECT_THROW(loop.call_later(1s, [guard = lives.make()] {}), invalid_state_error);
      EXPECT_THROW(loop.add_reader(0, [guard = lives.make()] {}), invalid_state_error);
      EXPECT_THROW(loop.add_writer(0, [guard = lives.make()] {}), invalid_state_error);
      EXPECT_THROW(loop.remove_reader(0), invalid_state_error);
      EXPECT_THROW(loop.remove_writer(0), invalid_state_error);
      EXPECT_THROW(loop.set_exception_handler(nullptr), invalid_state_error);
      EXPECT_THROW(static_cast<void>(loop.reactor_name()), invalid_state_error);
      EXPECT_THROW(static_cast<void>(get_running_loop()), invalid_state_error);
      try {
        static_cast<void>(loop.time());
        ADD_FAILURE() << "time() was answered in a foreign thread";
      } catch (const invalid_state_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("call_soon_threadsafe"));
      }
      EXPECT_NO_THROW(loop.call_soon_threadsafe([this] { note("called"); }));
    }).join();
    co_await wait_all_tasks_blocked();
  });

  EXPECT_THAT(log(), ElementsAre("called"));
  EXPECT_EQ(lives.alive(), 0);
  EXPECT_GE(lives.made(), 4);
}

TEST_P(EventLoopThread, ALoopOfAnotherThreadIsAForeignOneInsideOnesOwn) {
  run_on_loop([&]() -> task<> {
    std::thread([&, outer = get_running_loop()]() mutable {
      run([](event_loop foreign) -> task<> {
        EXPECT_THROW(foreign.call_soon([] {}), invalid_state_error);
        co_return;
      }(outer));
    }).join();
    co_return;
  });
}

TEST_P(EventLoopThread, TheCallSeesTheContextOfTheThread) {
  static context_var<int> number("number", 0);
  run_on_loop([&]() -> task<> {
    number.set(1);
    std::thread([&, loop = get_running_loop()]() mutable {
      number.set(7);
      loop.call_soon_threadsafe([&] { note("sees " + std::to_string(number.get())); });
    }).join();
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(number.get(), 1);
  });

  EXPECT_THAT(log(), ElementsAre("sees 7"));
}

TEST_P(EventLoopThread, WhatTheCallThrowsIsReportedByRun) {
  EXPECT_THROW(run_on_loop([&]() -> task<> {
                 std::thread([loop = get_running_loop()]() mutable {
                   loop.call_soon_threadsafe([] { throw std::runtime_error("expected"); });
                 }).join();
                 co_await wait_all_tasks_blocked();
               }),
               exception_group);
}

// A thread that calls while the loop ends is either served or refused; nothing is lost in between.
TEST_P(EventLoopThread, WhileTheLoopEndsEachCallIsMadeOrRefused) {
  for (int round = 0; round < 20; ++round) {
    live_counter lives;
    std::atomic<int> served{0};
    int accepted = 0;
    std::thread other;
    run_on_loop([&]() -> task<> {
      std::latch begun(1);
      other = std::thread([&, loop = get_running_loop()]() mutable {
        try {
          for (;;) {
            loop.call_soon_threadsafe([&served, guard = lives.make()] { ++served; });
            if (++accepted == 10) begun.count_down();
          }
        } catch (const invalid_state_error&) {
        }
      });
      begun.wait();
      co_return;
    });
    other.join();
    EXPECT_EQ(served.load(), accepted);
    EXPECT_GE(accepted, 10);
    EXPECT_EQ(lives.alive(), 0);
  }
}

TEST_P(EventLoopThread, AHandleMayOutliveItsLoopInAnotherThread) {
  std::latch ended(1);
  std::thread other;
  run_on_loop([&]() -> task<> {
    other = std::thread([&, loop = get_running_loop()]() mutable {
      ended.wait();
      EXPECT_THROW(loop.call_soon_threadsafe([this] { note("called"); }), invalid_state_error);
      const event_loop copy = loop;
      EXPECT_THROW(static_cast<void>(copy.time()), invalid_state_error);
    });
    co_return;
  });
  ended.count_down();
  other.join();

  EXPECT_THAT(log(), IsEmpty());
}

}  // namespace
}  // namespace overlap::asyncio
