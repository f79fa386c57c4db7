// examples/testing/find_a_race.cpp
//
// A check, an await and an act that do not belong together any more when another task runs in between. Run as
// usual nothing goes wrong; explore finds the order in which it does, and makes it small.

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>

using namespace overlap;
using namespace std::chrono_literals;
using asyncio::sleep;
using asyncio::task;

// [program]
struct account {
  int balance = 100;

  task<> withdraw(int amount) {
    if (balance < amount) co_return;
    co_await sleep(1ms);  // asks somebody else: others run meanwhile
    balance -= amount;
  }
};

task<> customer(account& shared, int steps_to_the_bank) {
  for (int step = 0; step < steps_to_the_bank; ++step) co_await sleep(1ms);
  co_await shared.withdraw(100);
}

task<> two_customers() {
  account shared;
  co_await asyncio::gather(customer(shared, 1), customer(shared, 2));
  if (shared.balance < 0) throw std::logic_error("the balance is " + std::to_string(shared.balance));
}
// [program]

int main() {
  // [explore]
  asyncio::run(two_customers());  // nothing goes wrong

  const testing::exploration_report report =
      testing::find_failure({.by = testing::strategy::exhaustive}, two_customers);
  // [explore]

  if (!report.failed()) return 1;
  try {
    std::rethrow_exception(report.failure);
  } catch (const std::logic_error& error) {
    std::cout << "schedule " << report.schedules << ": " << error.what() << "\n";
  }
  std::cout << "OVERLAP_REPLAY=" << report.replay.view() << "\n";
}
