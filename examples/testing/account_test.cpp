// examples/testing/account_test.cpp
//
// Tests whose bodies are tasks that run in many orders.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>
#include <overlap/testing/gtest.hpp>

namespace asyncio = overlap::asyncio;
namespace simulated = overlap::testing;  // GoogleTest has taken the name testing
using namespace std::chrono_literals;
using asyncio::gather;
using asyncio::sleep;
using asyncio::task;

namespace {

// [test]
struct account {
  int balance = 100;
  asyncio::lock guarded;

  task<> withdraw(int amount) {
    const auto held = co_await guarded.acquire();
    if (balance < amount) co_return;
    co_await sleep(1ms);
    balance -= amount;
  }
};

OVERLAP_SIMULATED_TEST(Account, IsNeverOverdrawn, .by = simulated::strategy::exhaustive) {
  account shared;
  co_await gather(shared.withdraw(100), shared.withdraw(100), shared.withdraw(100));
  EXPECT_EQ(shared.balance, 0);
}
// [test]

// [fixture]
class Bank : public ::testing::Test {
 protected:
  account first, second;  // new ones for each schedule
};

OVERLAP_SIMULATED_TEST_F(Bank, KeepsAccountsApart) {
  co_await gather(first.withdraw(10), second.withdraw(20));
  OVERLAP_CO_ASSERT(EXPECT_EQ(first.balance, 90));  // ends the test here if it fails
  EXPECT_EQ(second.balance, 80);
}
// [fixture]

// [streams]
task<> echo(simulated::memory_stream stream) {
  for (;;) {
    const std::string line = co_await stream.receive_some();
    if (line.empty()) co_return;
    co_await stream.send_all(line);
  }
}

OVERLAP_SIMULATED_TEST(Echo, SendsBackWhatItGets) {
  auto [client, server] = simulated::lockstep_stream_pair();
  co_await with(asyncio::task_group(),
                [&, &here = client, &there = server](asyncio::task_group& group) -> task<> {
                  group.create_task(echo(std::move(there)));
                  co_await here.send_all("hello");
                  EXPECT_EQ(co_await here.receive_some(), "hello");
                  here.send_eof();
                });
}
// [streams]

// [sequencer]
OVERLAP_SIMULATED_TEST(Account, RefusesTheSecondOfTwo) {
  account shared;
  simulated::sequencer step;
  const auto first = [&]() -> task<> {
    auto turn = co_await step(0);  // until the end of the block
    co_await shared.withdraw(80);
  };
  const auto second = [&]() -> task<> {
    auto turn = co_await step(1);
    co_await shared.withdraw(30);
  };
  co_await gather(second(), first());
  EXPECT_EQ(shared.balance, 20);
}
// [sequencer]

// [blocked]
OVERLAP_SIMULATED_TEST(Account, WaitsForWhoeverHasTheLock) {
  account shared;
  co_await with(asyncio::task_group(), [&](asyncio::task_group& group) -> task<> {
    auto held = co_await shared.guarded.acquire();
    auto waiting = group.create_task(shared.withdraw(50));
    co_await simulated::wait_all_tasks_blocked();
    EXPECT_FALSE(waiting.done());
    held.release();
    co_await waiting;
    EXPECT_EQ(shared.balance, 50);
  });
}
// [blocked]

}  // namespace
