// tests/asyncio/channel_source_test.cpp
//
// Generators that have tasks of their own.

#include <stdexcept>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(ChannelSource);

task<> count_to_three(channel_sender<int> out) {
  for (int number = 1; number <= 3; ++number) {
    co_await sleep(1s);
    co_await out.send(number);
  }
}

TEST_P(ChannelSource, GivesWhatTheProducerSends) {
  std::vector<int> seen;
  run_on_loop([&]() -> task<> {
    co_await with(channel_from<int>(count_to_three), [&](channel_source<int>& numbers) -> task<> {
      while (auto number = co_await numbers.next()) seen.push_back(*number);
    });
  });
  EXPECT_THAT(seen, ElementsAre(1, 2, 3));
}

// PEP 789: what makes an async generator with a task_group or a timeout around its yields unsafe.
TEST_P(ChannelSource, TheProducerMaySendFromItsTasksAndUnderItsTimeouts) {
  std::vector<int> seen;
  run_on_loop([&]() -> task<> {
    const auto merged = [](channel_sender<int> out) -> task<> {
      co_await with(timeout(1h), [&] {
        return with(task_group(), [&](task_group& group) -> task<> {
          const auto every = [&](duration period, int first) -> task<> {
            for (int number = first; number < first + 2; ++number) {
              co_await sleep(period);
              co_await out.send(number);
            }
          };
          group.create_task(every, 2s, 20);
          group.create_task(every, 3s, 30);
          co_return;
        });
      });
    };
    co_await with(channel_from<int>(merged), [&](channel_source<int>& numbers) -> task<> {
      // The body's own timeout has nothing to do with the producer's.
      const auto all = [&]() -> task<> {
        while (auto number = co_await numbers.next()) seen.push_back(*number);
      };
      co_await with(timeout(1min), all);
    });
  });
  EXPECT_THAT(seen, ElementsAre(20, 30, 21, 31));
}

TEST_P(ChannelSource, LeavingEarlyStopsTheProducerAndWaitsForItsCleanup) {
  run_on_loop([this]() -> task<> {
    const auto endless = [this](channel_sender<int> out) -> task<> {
      const auto send_all = [&]() -> task<> {
        for (int number = 0;; ++number) co_await out.send(number);
      };
      co_await finally(send_all, [this]() -> task<> {
        co_await sleep(1s);
        note("cleaned up");
      });
    };
    const int second = co_await with(channel_from<int>(endless), [](auto& numbers) -> task<int> {
      co_await numbers.next();
      co_return *co_await numbers.next();
    });
    EXPECT_EQ(second, 1);
    note("left");
    EXPECT_EQ(all_tasks().size(), 1U);
  });
  EXPECT_THAT(log(), ElementsAre("cleaned up", "left"));
}

TEST_P(ChannelSource, TheProducersErrorComesAfterItsValues) {
  std::vector<int> seen;
  run_on_loop([&]() -> task<> {
    const auto fails = [](channel_sender<int> out) -> task<> {
      co_await out.send(1);
      throw std::runtime_error("no more");
    };
    const auto take_all = [&](auto& numbers) -> task<> {
      while (auto number = co_await numbers.next()) seen.push_back(*number);
    };
    EXPECT_THROW(co_await with(channel_from<int>(fails), take_all), std::runtime_error);
  });
  EXPECT_THAT(seen, ElementsAre(1));
}

TEST_P(ChannelSource, ACancelledBodyStopsTheProducerToo) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto waits = [&](channel_sender<int> out) -> task<> {
      const auto guard = frames.make();
      co_await sleep(1h);
      co_await out.send(1);
    };
    const auto take_one = [&](auto& numbers) -> task<> { co_await numbers.next(); };
    const auto body = [&]() -> task<> { co_await with(channel_from<int>(waits), take_one); };
    EXPECT_THROW(co_await with(timeout(1s), body), timeout_error);
    EXPECT_EQ(frames.alive(), 0);
    EXPECT_EQ(frames.made(), 1);
  });
}

TEST_P(ChannelSource, WithCapacityTheProducerRunsAhead) {
  run_on_loop([this]() -> task<> {
    const auto produces = [this](channel_sender<int> out) -> task<> {
      for (int number = 0; number < 3; ++number) {
        co_await out.send(number);
        note("sent " + std::to_string(number));
      }
    };
    co_await with(channel_from<int>(produces, 2), [this](auto& numbers) -> task<> {
      co_await wait_all_tasks_blocked();
      note("takes one");
      co_await numbers.next();
      co_await wait_all_tasks_blocked();
    });
  });
  EXPECT_THAT(log(), ElementsAre("sent 0", "sent 1", "takes one", "sent 2"));
}

TEST_P(ChannelSource, DroppedUnenteredItNeverRuns) {
  live_counter captured;
  run_on_loop([&]() -> task<> {
    const auto never = [guard = captured.make()](channel_sender<int>) -> task<> {
      ADD_FAILURE() << "ran";
      co_return;
    };
    {
      const auto dropped = channel_from<int>(never);
    }
    co_return;
  });
  EXPECT_EQ(captured.alive(), 0);
}

}  // namespace
}  // namespace overlap::asyncio
