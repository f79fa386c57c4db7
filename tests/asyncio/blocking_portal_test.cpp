// tests/asyncio/blocking_portal_test.cpp
//
// Calls into a loop from threads that block. Nothing here depends on how long anything takes.
// Numbers are the lines of requirements §3.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

namespace overlap::asyncio {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

task<int> twice(int number) {
  co_await sleep(0s);
  co_return 2 * number;
}

TEST(BlockingPortal, CallsCoroutinesAndFunctions) {
  blocking_portal portal;
  EXPECT_EQ(portal.call(twice, 21), 42);
  const auto plain = [](int left, int right) { return left + right; };
  EXPECT_EQ(portal.call(plain, 1, 2), 3);
  const std::thread::id loop_thread = portal.call([] { return std::this_thread::get_id(); });
  EXPECT_NE(loop_thread, std::this_thread::get_id());
  EXPECT_EQ(portal.call([]() -> task<std::thread::id> { co_return std::this_thread::get_id(); }),
            loop_thread);
}

TEST(BlockingPortal, TakesAndGivesWhatOnlyMoves) {
  blocking_portal portal;
  const auto pass = [](std::unique_ptr<int> given) -> task<std::unique_ptr<int>> { co_return given; };
  EXPECT_EQ(*portal.call(pass, std::make_unique<int>(7)), 7);
}

TEST(BlockingPortal, ThrowsWhatTheCallThrows) {
  blocking_portal portal;
  EXPECT_THROW(portal.call([] { throw std::runtime_error("plain"); }), std::runtime_error);
  const auto fails = []() -> task<> {
    co_await sleep(0s);
    throw std::logic_error("later");
  };
  EXPECT_THROW(portal.call(fails), std::logic_error);
  EXPECT_THROW(portal.call([]() -> task<> {
    current_task().cancel();
    co_await sleep(1h);
  }),
               cancelled_error);
  portal.stop();
}

TEST(BlockingPortal, SeesTheCallersContext) {
  context_var<int> number("number", 0);
  blocking_portal portal;
  const auto kept = number.set(5);
  EXPECT_EQ(portal.call([&]() -> task<int> { co_return number.get(); }), 5);
  EXPECT_EQ(portal.call([&] { return number.get(); }), 5);
}

TEST(BlockingPortal, ACancelledFutureCancelsItsTask) {
  blocking_portal portal;
  futures::promise<void> began;
  futures::promise<void> cleaned;
  const auto waits = [&]() -> task<> {
    began.set_result();
    co_await finally([] { return sleep(1h); },
                     [&]() -> task<> {
                       cleaned.set_result();
                       co_return;
                     });
  };
  auto future = portal.start_task_soon(waits);
  began.get_future().result();
  EXPECT_TRUE(future.cancel());
  cleaned.get_future().result();
  portal.stop();
}

TEST(BlockingPortal, StopWaitsForItsTasks) {
  blocking_portal portal;
  futures::promise<void> go_on;
  const auto waits = [&]() -> task<int> {
    co_await go_on.get_future();
    co_return 42;
  };
  auto future = portal.start_task_soon(waits);
  std::thread stops([&] { portal.stop(); });
  go_on.set_result();
  stops.join();
  EXPECT_TRUE(future.done());
  EXPECT_EQ(future.result(), 42);
}

TEST(BlockingPortal, StopMayCancelWhatIsLeft) {
  blocking_portal portal;
  futures::promise<void> began;
  bool cleaned = false;
  const auto waits = [&]() -> task<> {
    began.set_result();
    co_await finally([] { return sleep(1h); },
                     [&]() -> task<> {
                       co_await sleep(0s);
                       cleaned = true;
                     });
  };
  auto future = portal.start_task_soon(waits);
  began.get_future().result();
  portal.stop(true);
  EXPECT_TRUE(cleaned);
  EXPECT_TRUE(future.cancelled());
  portal.stop();
}

TEST(BlockingPortal, RefusesCallsAfterItsEnd) {
  blocking_portal portal;
  portal.stop();
  EXPECT_THROW(portal.call(twice, 1), invalid_state_error);
  EXPECT_THROW(portal.start_task_soon(twice, 1), invalid_state_error);
}

// 74. Of a thread: it cannot join itself.
TEST(BlockingPortal, RefusesToBlockItsOwnLoop) {
  blocking_portal portal;
  std::string told;
  try {
    portal.call([&] { portal.call(twice, 1); });
  } catch (const invalid_state_error& refused) {
    told = refused.what();
  }
  EXPECT_THAT(told, HasSubstr("co_await the work instead"));
  EXPECT_THROW(portal.call([&] { portal.stop(); }), invalid_state_error);
  // Starting does not block, and is allowed.
  EXPECT_EQ(portal.call([&] { return portal.start_task_soon(twice, 4); }), 8);  // a future is awaited, too
}

TEST(BlockingPortal, StopThrowsErrorsThatNobodyTook) {
  blocking_portal portal;
  portal.call([] { get_running_loop().call_soon([] { throw std::runtime_error("lost"); }); });
  EXPECT_THROW(portal.stop(), exception_group);
  portal.stop();
}

TEST(BlockingPortal, MayBeUsedByManyThreads) {
  blocking_portal portal;
  int sum = 0;  // only touched by the loop's thread
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        portal.call([&]() -> task<> {
          const int before = sum;
          sum = before + 1;
          co_return;
        });
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(portal.call([&] { return sum; }), 400);
}

class noted_resource {
 public:
  explicit noted_resource(std::vector<std::string>& events) : events_(&events) {}

  task<> enter() {
    co_await sleep(0s);
    events_->emplace_back("enter");
  }
  task<> leave() {
    co_await sleep(0s);
    events_->emplace_back("leave");
    if (fails_to_leave) throw std::logic_error("leave");
  }

  bool fails_to_leave = false;

 private:
  std::vector<std::string>* events_;
};

TEST(BlockingPortal, WithEntersAndLeavesAroundCodeThatBlocks) {
  std::vector<std::string> events;
  blocking_portal portal;
  const std::thread::id here = std::this_thread::get_id();
  const int result = portal.with(noted_resource(events), [&](noted_resource&) {
    EXPECT_EQ(std::this_thread::get_id(), here);
    events.emplace_back("body");
    return portal.call(twice, 2);
  });
  EXPECT_EQ(result, 4);
  EXPECT_THAT(events, ElementsAre("enter", "body", "leave"));
}

TEST(BlockingPortal, WithLeavesWhenTheBodyThrows) {
  std::vector<std::string> events;
  blocking_portal portal;
  noted_resource resource(events);
  const auto throws = [] { throw std::runtime_error("body"); };
  EXPECT_THROW(portal.with(resource, throws), std::runtime_error);
  EXPECT_THAT(events, ElementsAre("enter", "leave"));
  resource.fails_to_leave = true;
  EXPECT_THROW(portal.with(resource, [] {}), std::logic_error);
  EXPECT_THROW(portal.with(resource, throws), exception_group);
}

}  // namespace
}  // namespace overlap::asyncio
