// tests/asyncio/sleep_test.cpp
//
// Waiting for time to pass. Numbers are the lines of requirements §3.

#include <cmath>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

OVERLAP_LOOP_SUITE(Sleep);

TEST_P(Sleep, ShortSleepsEndBeforeLongOnesWhateverTheOrderOfTheirStart) {
  run_on_loop([&]() -> task<> {
    const auto sleeper = [&](duration delay, const char* name) -> task<> {
      co_await sleep(delay);
      note(name);
    };
    co_await gather(sleeper(3s, "three"), sleeper(1s, "one"), sleeper(2s, "two"));
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });

  EXPECT_THAT(log(), ::testing::ElementsAre("one", "two", "three"));
}

}  // namespace
}  // namespace overlap::asyncio
