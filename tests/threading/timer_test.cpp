// tests/threading/timer_test.cpp
//
// Functions that are called later, or not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <stop_token>
#include <string>

#include <overlap/base/error.hpp>
#include <overlap/threading.hpp>

#include "threading/excepthook_capture.hpp"
#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

using namespace std::chrono_literals;

TEST(Timer, CallsItsFunctionAfterTheInterval) {
  event called;
  timer soon(1ms, [&] { called.set(); });
  EXPECT_FALSE(soon.is_alive());
  soon.start();
  EXPECT_TRUE(called.wait());
  EXPECT_TRUE(soon.join());
}

TEST(Timer, PassesArguments) {
  std::string text;
  timer soon(0s, [](std::string& into, const char* what) { into = what; }, std::ref(text), "done");
  soon.start();
  soon.join();
  EXPECT_EQ(text, "done");
}

TEST(Timer, ThatIsCancelledCallsNothing) {
  bool called = false;
  timer later(1h, [&] { called = true; });
  later.start();
  EXPECT_TRUE(later.is_alive());
  later.cancel();
  later.cancel();
  EXPECT_TRUE(later.join());
  EXPECT_FALSE(called);
}

TEST(Timer, ThatIsCancelledBeforeItsStartCallsNothing) {
  bool called = false;
  timer later(0s, [&] { called = true; });
  later.cancel();
  later.start();
  later.join();
  EXPECT_FALSE(called);
}

TEST(Timer, ItsDestructorCancelsIt) {
  bool called = false;
  {
    timer later(1h, [&] { called = true; });
    later.start();
  }
  EXPECT_FALSE(called);
}

TEST(Timer, ACancelThatComesTooLateStopsTheToken) {
  gate running;
  bool stopped = false;
  timer soon(0s, [&](std::stop_token stop) {
    running.pass();
    stopped = stop.stop_requested();
  });
  soon.start();
  running.wait_until_reached();
  soon.cancel();
  running.open();
  soon.join();
  EXPECT_TRUE(stopped);
}

TEST(Timer, LosesNoException) {
  const excepthook_capture hook;
  {
    timer soon(0s, [] { throw std::runtime_error("too early"); });
    soon.set_name("clock");
    soon.start();
    EXPECT_THROW(soon.join(), std::runtime_error);
    timer lost(0s, [] { throw std::runtime_error("too early"); });
    lost.set_name("clock");
    lost.start();
    wait_until([&] { return !lost.is_alive(); });
  }
  EXPECT_THAT(hook.texts(), ::testing::ElementsAre("clock: too early"));
}

TEST(Timer, StartsOnce) {
  timer soon(0s, [] {});
  soon.start();
  EXPECT_THROW(soon.start(), invalid_state_error);
}

}  // namespace
}  // namespace overlap::threading
