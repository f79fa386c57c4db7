// tests/threading/event_test.cpp
//
// A flag between threads: waits, time-outs, stop tokens.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <vector>

#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

using namespace std::chrono_literals;

TEST(Event, IsDownAtFirst) {
  event ready;
  EXPECT_FALSE(ready.is_set());
  ready.set();
  EXPECT_TRUE(ready.is_set());
  ready.set();
  EXPECT_TRUE(ready.is_set());
  ready.clear();
  EXPECT_FALSE(ready.is_set());
  ready.clear();
  EXPECT_FALSE(ready.is_set());
}

TEST(Event, AWaitForOneThatIsSetReturnsAtOnce) {
  event ready;
  ready.set();
  EXPECT_TRUE(ready.wait());
  EXPECT_TRUE(ready.wait(0s));
  EXPECT_TRUE(ready.wait(-1s));
}

TEST(Event, AWaitWithATimeOutTellsThatItWasNotSet) {
  event ready;
  EXPECT_FALSE(ready.wait(0s));
  EXPECT_FALSE(ready.wait(-5s));
  EXPECT_FALSE(ready.wait(2ms));
  EXPECT_EQ(ready.statistics().threads_waiting, 0U);
}

TEST(Event, SettingItWakesEverybody) {
  event ready;
  std::atomic<int> woken = 0;
  std::vector<thread> waiters;
  for (int i = 0; i < 5; ++i) waiters.emplace_back([&] { woken += ready.wait(); }).start();
  wait_until([&] { return ready.statistics().threads_waiting == 5; });
  EXPECT_EQ(woken, 0);
  ready.set();
  for (thread& each : waiters) each.join();
  EXPECT_EQ(woken, 5);
}

TEST(Event, WhoHasWaitedIsWokenEvenIfItIsClearedAtOnce) {
  event ready;
  std::atomic<int> woken = 0;
  std::vector<thread> waiters;
  for (int i = 0; i < 5; ++i) waiters.emplace_back([&] { woken += ready.wait(1h); }).start();
  wait_until([&] { return ready.statistics().threads_waiting == 5; });
  ready.set();
  ready.clear();
  for (thread& each : waiters) each.join();
  EXPECT_EQ(woken, 5);
}

TEST(Event, AStopEndsTheWaitOfItsTokenOnly) {
  event ready;
  std::stop_source stopper;
  bool first = true;
  bool second = false;
  thread stopped([&] { first = ready.wait(stopper.get_token()); });
  thread other([&] { second = ready.wait({1h, std::stop_source().get_token()}); });
  stopped.start();
  other.start();
  wait_until([&] { return ready.statistics().threads_waiting == 2; });
  stopper.request_stop();
  stopped.join();
  EXPECT_FALSE(first);
  EXPECT_EQ(ready.statistics().threads_waiting, 1U);
  ready.set();
  other.join();
  EXPECT_TRUE(second);
}

TEST(Event, AStopThatWasRequestedBeforeOnlyLooks) {
  event ready;
  std::stop_source stopper;
  stopper.request_stop();
  EXPECT_FALSE(ready.wait(stopper.get_token()));
  ready.set();
  EXPECT_TRUE(ready.wait(stopper.get_token())) << "completion wins";
}

TEST(Event, ATokenThatNobodyCanStopIsNoLimit) {
  event ready;
  EXPECT_FALSE(ready.wait({1ms, std::stop_token()}));
}

TEST(Event, MayBeDestroyedByWhomItHasWoken) {
  for (int i = 0; i < 200; ++i) {
    auto ready = std::make_unique<event>();
    thread setter([raw = ready.get()] { raw->set(); });
    setter.start();
    ready->wait();
    ready.reset();
  }
}

TEST(Event, StopsAndSetsThatRaceLoseNoWakeUp) {
  for (int i = 0; i < 300; ++i) {
    event ready;
    std::stop_source stopper;
    thread waiter([&] { ready.wait(stopper.get_token()); });
    thread setter([&] { ready.set(); });
    thread stopping([&] { stopper.request_stop(); });
    waiter.start();
    setter.start();
    stopping.start();
  }
}

}  // namespace
}  // namespace overlap::threading
