// tests/asyncio/event_loop_test.cpp
//
// Callbacks of the loop: their order, their times, their cancellation, their errors. Numbers are the lines of
// requirements §3.

#include <algorithm>
#include <optional>
#include <stdexcept>

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
    EXPECT_EQ(get_running_loop().reactor_name(), testing::name_of(GetParam()));
    co_return;
  });
}

TEST_P(EventLoop, CallSoonKeepsTheOrder) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    for (const char* name : {"a", "b", "c"}) loop.call_soon([this, name] { note(name); });
    loop.call_soon([this, loop]() mutable {
      note("d");
      loop.call_soon([this] { note("from d"); });
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
    loop.call_at(start + duration(2s), [&] { note("2c"); });
    loop.call_later(0s, [&] { note("0"); });
    co_await sleep(5s);
    EXPECT_EQ(loop.time() - start, duration(5s));
  });

  EXPECT_THAT(log(), ElementsAre("0", "1", "2a", "2b", "2c", "3"));
}

TEST_P(EventLoop, AMomentThatHasPassedIsNowButNotInsideTheCall) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    co_await sleep(10s);
    const time_point before = loop.time();
    loop.call_later(duration(-1s), [&] { note("negative delay"); });
    loop.call_at(before - duration(2s), [&] { note("earlier still"); });
    note("caller");
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(loop.time(), before);
  });

  EXPECT_THAT(log(), ElementsAre("caller", "earlier still", "negative delay"));
}

TEST_P(EventLoop, ATimerIsCalledAtItsMomentAndNotBefore) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    const time_point when = loop.time() + duration(90min);
    loop.call_at(when, [&] {
      note("called");
      EXPECT_EQ(loop.time(), when);
    });
    co_await sleep(89min);
    EXPECT_THAT(log(), IsEmpty());
    co_await sleep(2min);
  });

  EXPECT_THAT(log(), ElementsAre("called"));
}

TEST_P(EventLoop, AThousandTimersOfWhichHalfAreCancelledKeepTheirOrder) {
  struct planned {
    int delay;
    int number;
  };
  std::vector<planned> expected;
  std::vector<int> called;
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    std::vector<callback_handle> handles;
    for (int number = 0; number < 1000; ++number) {
      const int delay = number * 7919 % 101;  // scattered, about ten of each
      handles.push_back(
          loop.call_later(delay * duration(1ms), [&called, number] { called.push_back(number); }));
      if (number % 2 == 0) expected.push_back({delay, number});
    }
    for (std::size_t number = 1; number < handles.size(); number += 2) handles[number].cancel();
    co_await sleep(1s);
  });

  std::ranges::sort(expected, {}, [](const planned& each) { return std::pair(each.delay, each.number); });
  std::vector<int> order;
  for (const planned& each : expected) order.push_back(each.number);
  EXPECT_EQ(called, order);
}

TEST_P(EventLoop, ACancelledCallbackIsNotCalled) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    auto soon = loop.call_soon([&] { note("soon"); });
    auto later = loop.call_later(1s, [&] { note("later"); });
    EXPECT_FALSE(soon.cancelled());
    EXPECT_FALSE(later.cancelled());
    soon.cancel();
    later.cancel();
    later.cancel();
    EXPECT_TRUE(soon.cancelled());
    EXPECT_TRUE(later.cancelled());
    co_await sleep(2s);
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(EventLoop, CancellingACallbackInsideOrAfterItsCallDoesNothing) {
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
    EXPECT_TRUE(second->cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("first"));
}

// What a callback keeps is freed: when it was called, when it was cancelled, and when it was never called.
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

TEST_P(EventLoop, WhatACallbackThrowsIsReportedByRunAndStopsNobody) {
  std::vector<std::string> reported;
  try {
    run_on_loop([&]() -> task<> {
      get_running_loop().call_soon([] { throw std::runtime_error("callback"); });
      get_running_loop().call_soon([&] { note("next callback"); });
      get_running_loop().call_later(1s, [] { throw std::runtime_error("timer"); });
      co_await sleep(2s);
      note("main went on");
    });
  } catch (const exception_group& group) {
    for (const std::exception_ptr& each : group.exceptions()) reported.push_back(text_of(each));
  }
  EXPECT_THAT(reported, ElementsAre("callback", "timer"));
  EXPECT_THAT(log(), ElementsAre("next callback", "main went on"));
}

TEST_P(EventLoop, AnExceptionHandlerGetsItInsteadUntilItIsTakenOff) {
  std::vector<std::string> handled;
  EXPECT_THROW(run_on_loop([&]() -> task<> {
                 event_loop loop = get_running_loop();
                 const auto handler = [](std::exception_ptr error, void* texts) {
                   static_cast<std::vector<std::string>*>(texts)->push_back(text_of(error));
                 };
                 loop.set_exception_handler(handler, &handled);
                 loop.call_soon([] { throw std::runtime_error("handled"); });
                 co_await sleep(0s);
                 loop.set_exception_handler(nullptr);
                 loop.call_soon([] { throw std::runtime_error("not handled"); });
                 co_await sleep(0s);
               }),
               exception_group);

  EXPECT_THAT(handled, ElementsAre("handled"));
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

TEST(EventLoopOfARealClock, NeverGoesBackwards) {
  run([]() -> task<> {
    event_loop loop = get_running_loop();
    time_point last = loop.time();
    std::vector<int> order;
    loop.call_later(1us, [&] { order.push_back(2); });
    loop.call_at(last, [&] { order.push_back(1); });
    while (order.size() < 2) {
      co_await sleep(0s);
      EXPECT_GE(loop.time(), last);
      last = loop.time();
    }
    EXPECT_THAT(order, ElementsAre(1, 2));
  }());
}

}  // namespace
}  // namespace overlap::asyncio
