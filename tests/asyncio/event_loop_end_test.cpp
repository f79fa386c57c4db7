// tests/asyncio/event_loop_end_test.cpp
//
// The end of a loop: what had come still runs, what would go on for ever does not, and nothing is leaked.
// Numbers are the lines of requirements §3.

#include <optional>
#include <stdexcept>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// So many callbacks that those queued after them have not run when main has ended.
void crowd() {
  event_loop loop = get_running_loop();
  for (int i = 0; i < 200; ++i) loop.call_soon([] {});
}

OVERLAP_LOOP_SUITE(EventLoopEnd);

TEST_P(EventLoopEnd, WhatWasQueuedWhenMainEndedIsCalled) {
  run_on_loop([&]() -> task<> {
    crowd();
    get_running_loop().call_soon([&] { note("soon"); });
    get_running_loop().call_soon_threadsafe([&] { note("threadsafe"); });
    get_running_loop().call_later(1h, [&] { note("later"); });
    co_return;
  });

  EXPECT_THAT(log(), UnorderedElementsAre("soon", "threadsafe"));
}

TEST_P(EventLoopEnd, WhatTheLastCallbackThrowsIsReported) {
  EXPECT_THROW(run_on_loop([]() -> task<> {
                 crowd();
                 get_running_loop().call_soon([] { throw std::runtime_error("last"); });
                 co_return;
               }),
               exception_group);
}

TEST_P(EventLoopEnd, ATaskOfTheLastCallbackIsCancelledAndAwaited) {
  run_on_loop([&]() -> task<> {
    crowd();
    get_running_loop().call_soon([this] {
      create_task([this]() -> task<> {
        co_await finally([]() -> task<> { co_await sleep(1h); },
                         [this]() -> task<> {
                           co_await sleep(1s);
                           note("cleaned up");
                         });
      });
    });
    co_return;
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

// 74. Of a thread: it is joined at the end. Its result comes through the inbox, which must not be closed by
// then.
TEST_P(EventLoopEnd, ATaskOfTheLastCallbackMayCleanUpInAThread) {
  run_on_loop([&]() -> task<> {
    crowd();
    get_running_loop().call_soon([this] {
      create_task([this]() -> task<> {
        co_await finally([]() -> task<> { co_await sleep(1h); },
                         [this]() -> task<> {
                           co_await to_thread([] {});
                           note("cleaned up");
                         });
      });
    });
    co_return;
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

struct ticker {
  event_loop loop;
  live_counter::guard guard;
  int* ticks;

  void operator()() {
    ++*ticks;
    loop.call_soon(*this);
  }
};

// Python drops what is still queued when its loop is closed; so do we, or such a program would never end.
TEST_P(EventLoopEnd, ACallbackThatQueuesItselfForEverDoesNotKeepRunFromEnding) {
  live_counter lives;
  int ticks = 0;
  run_on_loop([&]() -> task<> {
    get_running_loop().call_soon(ticker{get_running_loop(), lives.make(), &ticks});
    for (int i = 0; i < 10; ++i) co_await sleep(0s);
  });

  EXPECT_GE(ticks, 10);
  EXPECT_EQ(lives.alive(), 0);
}

struct clockwork {
  event_loop loop;
  live_counter::guard guard;
  int* ticks;

  void operator()() {
    ++*ticks;
    loop.call_later(duration(1s), *this);
  }
};

TEST_P(EventLoopEnd, ATimerThatSetsItselfForEverDoesNotKeepRunFromEnding) {
  live_counter lives;
  int ticks = 0;
  run_on_loop([&]() -> task<> {
    get_running_loop().call_later(1s, clockwork{get_running_loop(), lives.make(), &ticks});
    co_await sleep(10'500ms);
  });

  EXPECT_EQ(ticks, 10);
  EXPECT_EQ(lives.alive(), 0);
}

TEST_P(EventLoopEnd, ACallbackOfADestructorThatRunsAtTheVeryEndIsDropped) {
  struct late {
    event_loop loop;
    std::vector<std::string>* log;
    bool armed = true;
    late(event_loop to, std::vector<std::string>& noted) : loop(std::move(to)), log(&noted) {}
    late(late&& other) noexcept
        : loop(other.loop), log(other.log), armed(std::exchange(other.armed, false)) {}
    late& operator=(late&&) = delete;
    ~late() {
      if (!armed) return;
      log->emplace_back("destroyed");
      loop.call_soon([to = log] { to->emplace_back("called"); });
    }
    void operator()() const {}
  };
  std::vector<std::string> noted;
  run_on_loop([&]() -> task<> {
    get_running_loop().call_later(1h, late(get_running_loop(), noted));
    co_return;
  });

  EXPECT_THAT(noted, ElementsAre("destroyed"));
}

// 75.
TEST_P(EventLoopEnd, AfterItTheHandleRefusesAndTheFunctionIsFreed) {
  live_counter lives;
  std::optional<event_loop> ended;
  run_on_loop([&]() -> task<> {
    ended = get_running_loop();
    co_return;
  });
  EXPECT_THROW(ended->call_soon_threadsafe([guard = lives.make()] {}), invalid_state_error);
  EXPECT_THROW(static_cast<void>(ended->time()), invalid_state_error);
  EXPECT_THROW(static_cast<void>(ended->reactor_name()), invalid_state_error);
  EXPECT_THROW(ended->call_soon([guard = lives.make()] {}), invalid_state_error);
  EXPECT_THROW(ended->call_later(1s, [guard = lives.make()] {}), invalid_state_error);
  EXPECT_THROW(ended->call_at(time_point(), [guard = lives.make()] {}), invalid_state_error);
  EXPECT_THROW(ended->add_reader(0, [guard = lives.make()] {}), invalid_state_error);
  EXPECT_THROW(ended->add_writer(0, [guard = lives.make()] {}), invalid_state_error);
  EXPECT_THROW(ended->remove_reader(0), invalid_state_error);
  EXPECT_THROW(ended->remove_writer(0), invalid_state_error);
  EXPECT_EQ(lives.alive(), 0);
  EXPECT_GE(lives.made(), 6);
}

TEST_P(EventLoopEnd, AnOldHandleIsNotMistakenForTheNextLoop) {
  std::optional<event_loop> first;
  run_on_loop([&]() -> task<> {
    first = get_running_loop();
    co_return;
  });
  run_on_loop([&]() -> task<> {
    EXPECT_THROW(first->call_soon_threadsafe([&] { note("called"); }), invalid_state_error);
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST(EventLoopOutsideOfRun, IsAnError) { EXPECT_THROW(get_running_loop(), invalid_state_error); }

}  // namespace
}  // namespace overlap::asyncio
