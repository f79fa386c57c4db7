#include <gtest/gtest.h>
#include <chrono>
#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>
using namespace std::chrono_literals;
namespace overlap::testing {
TEST(Simulate, X) {
  auto v = simulate(0, []() -> asyncio::task<int> { co_await asyncio::sleep(1h); co_return 3; });
  EXPECT_EQ(v, 3);
  EXPECT_EQ(last_simulation().elapsed, duration(1h));
}
}
