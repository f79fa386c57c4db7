// tests/testing/sequencer_test.cpp
//
// Steps in the order of their numbers, whatever the order of the tasks.

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::sequencer;

OVERLAP_LOOP_SUITE(Sequencer);

TEST_P(Sequencer, PutsStepsInTheOrderOfTheirNumbers) {
  run_on_loop([&]() -> task<> {
    sequencer step;
    const auto notes = [&](std::size_t first, std::size_t second) -> task<> {
      {
        auto turn = co_await step(first);
        note(std::to_string(first));
      }
      auto turn = co_await step(second);
      note(std::to_string(second));
    };
    co_await gather(notes(2, 5), notes(1, 3), notes(0, 4));
  });
  EXPECT_THAT(log(), ElementsAre("0", "1", "2", "3", "4", "5"));
}

TEST_P(Sequencer, ATurnLastsUntilItIsDestroyed) {
  run_on_loop([&]() -> task<> {
    sequencer step;
    const auto first = [&]() -> task<> {
      auto turn = co_await step(0);
      co_await sleep(1h);
      note("first");
    };
    const auto second = [&]() -> task<> {
      co_await step(1);  // not kept: it ends at once
      note("second");
      co_await step(2);
      note("third");
    };
    co_await gather(second(), first());
  });
  EXPECT_THAT(log(), ElementsAre("first", "second", "third"));
}

TEST_P(Sequencer, AnErrorEndsATurn) {
  run_on_loop([&]() -> task<> {
    sequencer step;
    const auto fails = [&]() -> task<> {
      auto turn = co_await step(0);
      co_await sleep(1s);
      throw timeout_error();
    };
    const auto goes_on = [&]() -> task<> { co_await step(1); };
    const auto outcomes = co_await gather(return_exceptions, fails(), goes_on());
    EXPECT_FALSE(std::get<0>(outcomes).has_value());
    EXPECT_TRUE(std::get<1>(outcomes).has_value());
  });
}

TEST_P(Sequencer, APositionIsUsedOnce) {
  run_on_loop([&]() -> task<> {
    sequencer step;
    const auto error_of = [&](std::size_t position) -> task<std::string> {
      std::string text;
      try {
        co_await step(position);
      } catch (const invalid_state_error& error) {
        text = error.what();
      }
      co_return text;
    };
    auto held = co_await step(0);
    EXPECT_THAT(co_await error_of(0), HasSubstr("position 0 is used twice"));
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto waiting = group.create_task(error_of(3));
      co_await wait_all_tasks_blocked();
      EXPECT_THAT(co_await error_of(3), HasSubstr("position 3 is used twice"));
      waiting.cancel();
    });
  });
}

TEST_P(Sequencer, ACancelledWaitBreaksTheOrderForAll) {
  run_on_loop([&]() -> task<> {
    sequencer step;
    const auto later = [&](std::size_t position) -> task<> { co_await step(position); };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto cancelled = group.create_task(later(1));
      auto waiting = group.create_task([&]() -> task<> {
        bool was_broken = false;
        try {
          co_await step(2);
        } catch (const invalid_state_error&) {
          was_broken = true;
        }
        EXPECT_TRUE(was_broken);
      });
      co_await wait_all_tasks_blocked();
      cancelled.cancel();
      co_await waiting;
    });
    EXPECT_THROW(co_await step(0), invalid_state_error);
  });
}

TEST_P(Sequencer, ACancelledTurnLetsTheNextOneGo) {
  run_on_loop([&]() -> task<> {
    sequencer step;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto holding = group.create_task([&]() -> task<> {
        auto turn = co_await step(0);
        co_await sleep(1h);
      });
      co_await wait_all_tasks_blocked();
      holding.cancel();
      co_await step(1);
    });
  });
}

TEST(SequencerInEveryOrder, IsTheSame) {
  testing::explore({.by = testing::strategy::exhaustive}, []() -> task<> {
    sequencer step;
    std::string order;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (std::size_t i = 0; i < 3; ++i) {
        group.create_task([&step, &order, i]() -> task<> {
          for (std::size_t round = 0; round < 2; ++round) {
            auto turn = co_await step(3 * round + i);
            order.append(std::to_string(3 * round + i));
          }
        });
      }
      co_return;
    });
    if (order != "012345") throw std::logic_error(order);
  });
}

}  // namespace
}  // namespace overlap::asyncio
