// tests/asyncio/event_loop_test.cpp
//
// Callbacks: their order, their times, their cancellation, and calls from other threads. Numbers are the
// lines of requirements §3.

#include <optional>
#include <stdexcept>
#include <thread>

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

OVERLAP_LOOP_SUITE(EventLoop);

TEST_P(EventLoop, SaysWhatItRunsOn) {
  run_on_loop([&]() -> task<> {
    if (GetParam() != testing::backend::simulated) {
      EXPECT_EQ(get_running_loop().reactor_name(), testing::name_of(GetParam()));
    }
    co_return;
  });
}

TEST_P(EventLoop, CallSoonKeepsTheOrder) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    for (const char* name : {"a", "b", "c"}) loop.call_soon([this, name] { note(name); });
    loop.call_soon([&, loop]() mutable {
      note("d");
      loop.call_soon([&] { note("from d"); });
    });
    note("caller");
    co_await sleep(0s);
    note("caller again");
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("caller", "a", "b", "c", "d", "caller again", "from d"));
}

TEST_P(EventLoop, CallLaterAndCallAtFollowTheClockAndThenTheOrderOfTheCalls) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    const time_point start = loop.time();
    loop.call_later(3s, [&] { note("3"); });
    loop.call_later(1s, [&] { note("1"); });
    loop.call_at(start + duration(2s), [&] { note("2a"); });
    loop.call_later(2s, [&] { note("2b"); });
    loop.call_later(0s, [&] { note("0"); });
    loop.call_later(duration(-1s), [&] { note("past"); });
    co_await sleep(5s);
    EXPECT_EQ(loop.time() - start, duration(5s));
  });

  EXPECT_THAT(log(), ElementsAre("past", "0", "1", "2a", "2b", "3"));
}

TEST_P(EventLoop, ACancelledCallbackIsNotCalled) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    auto soon = loop.call_soon([&] { note("soon"); });
    auto later = loop.call_later(1s, [&] { note("later"); });
    soon.cancel();
    later.cancel();
    later.cancel();
    EXPECT_TRUE(soon.cancelled());
    EXPECT_TRUE(later.cancelled());
    co_await sleep(2s);
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(EventLoop, CancellingACallbackThatHasBeenCalledDoesNothing) {
  run_on_loop([&]() -> task<> {
    std::optional<callback_handle> own;
    own = get_running_loop().call_later(1s, [&] {
      own->cancel();
      note("called");
    });
    co_await sleep(2s);
    own->cancel();
    EXPECT_FALSE(own->cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("called"));
}

TEST_P(EventLoop, ADueCallbackCanStillBeCancelledByTheOneBeforeIt) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    std::optional<callback_handle> second;
    loop.call_later(1s, [&] {
      note("first");
      second->cancel();
    });
    second = loop.call_later(1s, [&] { note("second"); });
    co_await sleep(2s);
  });

  EXPECT_THAT(log(), ElementsAre("first"));
}

// What a callback keeps is freed: when it was called, was cancelled, or never came to be called.
TEST_P(EventLoop, NoCallbackIsLeaked) {
  live_counter lives;
  std::optional<callback_handle> outlives;
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    loop.call_soon([guard = lives.make()] {});
    loop.call_later(1s, [guard = lives.make()] {});
    loop.call_later(1h, [guard = lives.make()] {}).cancel();
    loop.call_later(1h, [guard = lives.make()] {});
    outlives = loop.call_later(1h, [guard = lives.make()] {});
    loop.call_soon_threadsafe([guard = lives.make()] {});
    co_await sleep(2s);
    EXPECT_EQ(lives.alive(), 2);
  });
  outlives->cancel();
  outlives.reset();
  EXPECT_EQ(lives.alive(), 0);
  EXPECT_GT(lives.made(), 0);
}

TEST_P(EventLoop, WhatACallbackThrowsIsReportedByRun) {
  std::vector<std::string> reported;
  try {
    run_on_loop([&]() -> task<> {
      get_running_loop().call_soon([] { throw std::runtime_error("callback"); });
      get_running_loop().call_later(1s, [] { throw std::runtime_error("timer"); });
      co_await sleep(2s);
      note("main went on");
    });
  } catch (const exception_group& group) {
    for (const std::exception_ptr& each : group.exceptions()) reported.push_back(text_of(each));
  }
  EXPECT_THAT(reported, ElementsAre("callback", "timer"));
  EXPECT_THAT(log(), ElementsAre("main went on"));
}

TEST_P(EventLoop, AnExceptionHandlerGetsThemInstead) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    loop.set_exception_handler(
        [](std::exception_ptr error, void* test) { static_cast<EventLoop*>(test)->note(text_of(error)); },
        this);
    loop.call_soon([] { throw std::runtime_error("callback"); });
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("callback"));
}

TEST_P(EventLoop, ACallbackSeesTheContextItWasMadeIn) {
  static context_var<int> number("number", 0);
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    number.set(1);
    loop.call_soon([&] {
      note("sees " + std::to_string(number.get()));
      number.set(10);
    });
    number.set(2);
    loop.call_later(1s, [&] { note("sees " + std::to_string(number.get())); });
    number.set(3);
    co_await sleep(2s);
    EXPECT_EQ(number.get(), 3);
  });

  EXPECT_THAT(log(), ElementsAre("sees 1", "sees 2"));
}

// Python drops what is still queued when its loop stops; so do we, or such a program would never end.
TEST_P(EventLoop, ACallbackThatQueuesItselfForEverDoesNotKeepRunFromEnding) {
  live_counter lives;
  run_on_loop([&]() -> task<> {
    struct ticker {
      event_loop loop;
      live_counter::guard guard;
      int* ticks;
      void operator()() {
        ++*ticks;
        loop.call_soon(*this);
      }
    };
    static int ticks;
    ticks = 0;
    get_running_loop().call_soon(ticker{get_running_loop(), lives.make(), &ticks});
    for (int i = 0; i < 10; ++i) co_await sleep(0s);
    EXPECT_GE(ticks, 10);
  });
  EXPECT_EQ(lives.alive(), 0);
}

TEST_P(EventLoop, ATimerThatSetsItselfForEverDoesNotKeepRunFromEnding) {
  live_counter lives;
  run_on_loop([&]() -> task<> {
    struct clockwork {
      event_loop loop;
      live_counter::guard guard;
      void operator()() { loop.call_later(1s, *this); }
    };
    get_running_loop().call_soon(clockwork{get_running_loop(), lives.make()});
    co_await sleep(10s);
  });
  EXPECT_EQ(lives.alive(), 0);
}

// 75.
TEST_P(EventLoop, CallSoonThreadsafeWakesASleepingLoop) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    semaphore arrived(0);
    std::optional<semaphore::permit> gate;
    futures::promise<> signal;
    std::thread other([loop, signal = std::move(signal)]() mutable {
      auto shared = std::make_shared<futures::promise<>>(std::move(signal));
      loop.call_soon_threadsafe([shared] { shared->set_result(); });
    });
    other.join();
    co_return;
  });
}

// 75.
TEST_P(EventLoop, AfterItsEndItRefusesAndTheFunctionIsFreed) {
  live_counter lives;
  std::optional<event_loop> ended;
  run_on_loop([&]() -> task<> {
    ended = get_running_loop();
    co_return;
  });
  EXPECT_THROW(ended->call_soon_threadsafe([guard = lives.make()] {}), invalid_state_error);
  EXPECT_EQ(lives.alive(), 0);
  EXPECT_THROW(static_cast<void>(ended->time()), invalid_state_error);
  EXPECT_THROW(ended->call_soon([guard = lives.make()] {}), invalid_state_error);
  EXPECT_THROW(ended->call_later(1s, [guard = lives.make()] {}), invalid_state_error);
  EXPECT_THROW(ended->remove_reader(0), invalid_state_error);
  EXPECT_EQ(lives.alive(), 0);
}

TEST_P(EventLoop, AnOldHandleIsNotMistakenForTheNextLoop) {
  std::optional<event_loop> first;
  run_on_loop([&]() -> task<> {
    first = get_running_loop();
    co_return;
  });
  run_on_loop([&]() -> task<> {
    EXPECT_THROW(first->call_soon_threadsafe([] {}), invalid_state_error);
    co_return;
  });
}

TEST_P(EventLoop, InAnotherThreadOnlyTheThreadsafeMembersWork) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    std::thread([&, loop]() mutable {
      EXPECT_THROW(loop.call_soon([] {}), invalid_state_error);
      EXPECT_THROW(static_cast<void>(loop.time()), invalid_state_error);
      EXPECT_THROW(get_running_loop(), invalid_state_error);
      EXPECT_NO_THROW(loop.call_soon_threadsafe([this] { note("called"); }));
    }).join();
    co_await sleep(0s);
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("called"));
}

TEST_P(EventLoop, OutsideOfRunThereIsNone) { EXPECT_THROW(get_running_loop(), invalid_state_error); }

}  // namespace
}  // namespace overlap::asyncio
