// tests/asyncio/async_exit_stack_test.cpp
//
// Resources whose number is known at run time.

#include <stdexcept>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(AsyncExitStack);

class noisy {
 public:
  noisy(std::vector<std::string>& events, std::string called) : log(&events), name(std::move(called)) {}

  std::vector<std::string>* log;
  std::string name;

  task<> enter() {
    co_await sleep(1s);
    if (name == "refuses") throw std::runtime_error("refused");
    log->push_back("enter " + name);
  }
  task<> leave() {
    co_await sleep(1s);
    log->push_back("leave " + name);
    if (name.starts_with("bad")) throw std::runtime_error(name);
  }
};

TEST_P(AsyncExitStack, LeavesInReverseOrder) {
  std::vector<std::string> events;
  run_on_loop([&]() -> task<> {
    co_await with(async_exit_stack(), [&](async_exit_stack& stack) -> task<> {
      for (const char* name : {"a", "b"}) {
        noisy& entered = co_await stack.enter(noisy(events, name));
        events.push_back("has " + entered.name);
      }
      stack.callback([&] { events.push_back("callback"); });
      stack.callback([&]() -> task<> {
        co_await sleep(1s);
        events.push_back("async callback");
      });
    });
  });
  EXPECT_THAT(events, ElementsAre("enter a", "has a", "enter b", "has b", "async callback", "callback",
                                  "leave b", "leave a"));
}

TEST_P(AsyncExitStack, LeavesOnEveryPath) {
  std::vector<std::string> events;
  run_on_loop([&]() -> task<> {
    const auto failing = [&](async_exit_stack& stack) -> task<> {
      co_await stack.enter(noisy(events, "a"));
      co_await stack.enter(noisy(events, "refuses"));
    };
    EXPECT_THROW(co_await with(async_exit_stack(), failing), std::runtime_error);
    const auto stopped = [&](async_exit_stack& stack) -> task<> {
      co_await stack.enter(noisy(events, "b"));
      co_await sleep(1h);
    };
    EXPECT_THROW(co_await with(timeout(5s), [&] { return with(async_exit_stack(), stopped); }),
                 timeout_error);
  });
  EXPECT_THAT(events, ElementsAre("enter a", "leave a", "enter b", "leave b"));
}

TEST_P(AsyncExitStack, EveryErrorOfLeavingIsKept) {
  std::vector<std::string> events;
  run_on_loop([&]() -> task<> {
    const auto one = [&](async_exit_stack& stack) -> task<> {
      co_await stack.enter(noisy(events, "bad 1"));
      co_await stack.enter(noisy(events, "good"));
    };
    EXPECT_THROW(co_await with(async_exit_stack(), one), std::runtime_error);
    const auto two = [&](async_exit_stack& stack) -> task<> {
      co_await stack.enter(noisy(events, "bad 2"));
      co_await stack.enter(noisy(events, "bad 3"));
    };
    try {
      co_await with(async_exit_stack(), two);
      ADD_FAILURE() << "two errors were lost";
    } catch (const exception_group& group) {
      EXPECT_EQ(group.exceptions().size(), 2U);
    }
  });
  EXPECT_EQ(events.size(), 8U);
}

TEST_P(AsyncExitStack, PopAllKeepsThemEntered) {
  std::vector<std::string> events;
  run_on_loop([&]() -> task<> {
    async_exit_stack kept;
    co_await with(async_exit_stack(), [&](async_exit_stack& stack) -> task<> {
      co_await stack.enter(noisy(events, "a"));
      kept = stack.pop_all();
    });
    EXPECT_THAT(events, ElementsAre("enter a"));
    co_await kept.leave();
  });
  EXPECT_THAT(events, ElementsAre("enter a", "leave a"));
}

}  // namespace
}  // namespace overlap::asyncio
