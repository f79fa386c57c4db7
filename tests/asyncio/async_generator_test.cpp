// tests/asyncio/async_generator_test.cpp
//
// Values one by one, with waits between them.

#include <memory>
#include <stdexcept>

#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(AsyncGenerator);

async_generator<int> count(int end) {
  for (int value = 0; value < end; ++value) {
    co_await sleep(1s);
    co_yield value;
  }
}

TEST_P(AsyncGenerator, GivesItsValuesAndThenNothing) {
  run_on_loop([&]() -> task<> {
    auto numbers = count(3);
    while (auto number = co_await numbers.next()) note(std::to_string(*number));
    EXPECT_FALSE(co_await numbers.next());
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });
  EXPECT_THAT(log(), ElementsAre("0", "1", "2"));
}

TEST_P(AsyncGenerator, RunsOnlyAsFarAsItIsAsked) {
  run_on_loop([&]() -> task<> {
    const auto noted = [&]() -> async_generator<int> {
      note("begins");
      co_yield 1;
      note("goes on");
      co_yield 2;
      note("ends");
    };
    auto numbers = noted();
    note("made");
    co_await numbers.next();
    note("one");
    co_await numbers.next();
    note("two");
    EXPECT_FALSE(co_await numbers.next());
  });
  EXPECT_THAT(log(), ElementsAre("made", "begins", "one", "goes on", "two", "ends"));
}

TEST_P(AsyncGenerator, AMillionReadyValuesDoNotGrowTheStack) {
  run_on_loop([]() -> task<> {
    const auto endless = []() -> async_generator<int> {
      for (int value = 0;; ++value) co_yield value;
    };
    auto numbers = endless();
    std::int64_t sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += *co_await numbers.next();
    EXPECT_EQ(sum, 499'999'500'000);
  });
}

TEST_P(AsyncGenerator, DroppedRunsItsDestructors) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto guarded = [&]() -> async_generator<int> {
      const auto frame = frames.make();
      for (;;) co_yield 1;
    };
    {
      auto numbers = guarded();
      co_await numbers.next();
      EXPECT_EQ(frames.alive(), 1);
    }
    EXPECT_EQ(frames.alive(), 0);
  });
  EXPECT_EQ(frames.made(), 1);
}

TEST_P(AsyncGenerator, ItsErrorComesOutOnceAndEndsIt) {
  run_on_loop([&]() -> task<> {
    const auto failing = []() -> async_generator<int> {
      co_yield 1;
      co_await sleep(1s);
      throw std::runtime_error("bad");
    };
    auto numbers = failing();
    EXPECT_EQ(*co_await numbers.next(), 1);
    EXPECT_THROW(co_await numbers.next(), std::runtime_error);
    EXPECT_FALSE(co_await numbers.next());
  });
}

TEST_P(AsyncGenerator, StoppedInTheMiddleHasEnded) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    const auto inner = [&]() -> task<> {
      const auto frame = frames.make();
      co_await sleep(1h);
    };
    const auto slow = [&]() -> async_generator<int> {
      const auto frame = frames.make();
      co_yield 1;
      co_await inner();
      co_yield 2;
    };
    auto numbers = slow();
    EXPECT_EQ(*co_await numbers.next(), 1);
    EXPECT_THROW(co_await with(timeout(1s), [&]() -> task<> { co_await numbers.next(); }), timeout_error);
    EXPECT_EQ(frames.alive(), 0);
    EXPECT_FALSE(co_await numbers.next());
  });
  EXPECT_EQ(frames.made(), 2);
}

TEST_P(AsyncGenerator, StoppedWithItsOwner) {
  live_counter frames;
  run_on_loop([&]() -> task<> {
    auto handle = create_task([&]() -> task<> {
      const auto slow = [&]() -> async_generator<int> {
        const auto frame = frames.make();
        co_await sleep(1h);
        co_yield 1;
      };
      auto numbers = slow();
      co_await numbers.next();
    });
    co_await sleep(1s);
    handle.cancel();
    EXPECT_THROW(co_await handle, cancelled_error);
    EXPECT_EQ(frames.alive(), 0);
  });
  EXPECT_EQ(frames.made(), 1);
}

TEST_P(AsyncGenerator, ATimeoutBetweenTwoValuesHurtsNothing) {
  run_on_loop([&]() -> task<> {
    auto numbers = count(2);
    EXPECT_EQ(*co_await numbers.next(), 0);
    EXPECT_THROW(co_await with(timeout(5s), [&]() -> task<> { co_await sleep(1h); }), timeout_error);
    EXPECT_EQ(*co_await numbers.next(), 1);
  });
}

TEST_P(AsyncGenerator, TwoTasksInOneAreAnErrorForTheSecond) {
  run_on_loop([&]() -> task<> {
    auto numbers = count(5);
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto first = group.create_task([&]() -> task<int> { co_return *co_await numbers.next(); });
      co_await sleep(0s);
      EXPECT_THROW(co_await numbers.next(), invalid_state_error);
      EXPECT_EQ(co_await first, 0);
      EXPECT_EQ(*co_await numbers.next(), 1);
    });
  });
}

TEST_P(AsyncGenerator, MovesItsValues) {
  run_on_loop([&]() -> task<> {
    const auto boxes = []() -> async_generator<std::unique_ptr<int>> {
      co_yield std::make_unique<int>(1);
      auto kept = std::make_unique<int>(2);
      co_yield std::move(kept);
    };
    auto numbers = boxes();
    EXPECT_EQ(**co_await numbers.next(), 1);
    auto second = co_await numbers.next();
    EXPECT_EQ(**second, 2);
  });
}

TEST_P(AsyncGenerator, GivesReferences) {
  run_on_loop([&]() -> task<> {
    std::vector<int> values{1, 2};
    const auto each = [&]() -> async_generator<int&> {
      for (int& value : values) co_yield value;
    };
    auto numbers = each();
    while (int* number = co_await numbers.next()) *number *= 10;
    EXPECT_THAT(values, ElementsAre(10, 20));
  });
}

TEST_P(AsyncGenerator, SeesTheContextOfWhoeverAsks) {
  static const context_var<int> variable("variable", 0);
  run_on_loop([&]() -> task<> {
    const auto look = []() -> async_generator<int> {
      for (;;) co_yield variable.get();
    };
    auto numbers = look();
    variable.set(1);
    EXPECT_EQ(*co_await numbers.next(), 1);
    EXPECT_EQ(*co_await create_task([&]() -> task<std::optional<int>> {
      variable.set(2);
      co_return co_await numbers.next();
    }),
              2);
  });
}

TEST_P(AsyncGenerator, GeneratorsFeedGenerators) {
  run_on_loop([&]() -> task<> {
    const auto squares = [](async_generator<int> numbers) -> async_generator<int> {
      while (auto number = co_await numbers.next()) co_yield *number** number;
    };
    auto pipeline = squares(squares(count(4)));
    while (auto number = co_await pipeline.next()) note(std::to_string(*number));
  });
  EXPECT_THAT(log(), ElementsAre("0", "1", "16", "81"));
}

}  // namespace
}  // namespace overlap::asyncio
