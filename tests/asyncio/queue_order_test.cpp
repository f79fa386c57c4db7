// tests/asyncio/queue_order_test.cpp
//
// The orders of lifo_queue and priority_queue. Numbers are the lines of requirements §3.

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(LifoQueue);
OVERLAP_LOOP_SUITE(PriorityQueue);

namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

template <class Queue>
std::vector<typename Queue::value_type> drained(Queue& items) {
  std::vector<typename Queue::value_type> all;
  while (auto item = items.try_get()) all.push_back(std::move(*item));
  return all;
}

TEST_P(LifoQueue, GivesTheNewestFirst) {
  run_on_loop([&]() -> task<> {
    lifo_queue<int> items;
    for (const int item : {1, 3, 2}) co_await items.put(item);
    EXPECT_THAT(drained(items), ElementsAre(2, 3, 1));
  });
}

TEST_P(LifoQueue, StillServesWhoeverWaitsLongest) {
  run_on_loop([&]() -> task<> {
    lifo_queue<int> items(1);
    const auto getter = [&](std::string name) -> task<> {
      note(name + std::to_string(co_await items.get()));
    };
    auto getters = create_task([&]() -> task<> { co_await gather(getter("a"), getter("b")); });
    co_await wait_all_tasks_blocked();
    items.put_nowait(1);
    items.put_nowait(2);
    co_await getters;

    items.put_nowait(3);
    auto putters = create_task([&]() -> task<> { co_await gather(items.put(4), items.put(5)); });
    co_await wait_all_tasks_blocked();
    for (int i = 0; i < 3; ++i) note(std::to_string(co_await items.get()));
    co_await putters;
  });

  EXPECT_THAT(log(), ElementsAre("a1", "b2", "3", "4", "5"));
}

TEST_P(LifoQueue, GrowsAndShrinksOverManySegments) {
  run_on_loop([&]() -> task<> {
    lifo_queue<int> items;
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 1000; ++i) items.put_nowait(i);
      for (int i = 999; i >= 0; --i) EXPECT_EQ(items.get_nowait(), i);
    }
    co_return;
  });
}

TEST_P(PriorityQueue, GivesTheLowestFirst) {
  run_on_loop([&]() -> task<> {
    priority_queue<int> items;
    for (const int item : {1, 3, 2, 5, 4, 0}) co_await items.put(item);
    EXPECT_THAT(drained(items), ElementsAre(0, 1, 2, 3, 4, 5));
  });
}

/// Cannot be compared at all.
struct job {
  explicit job(std::string its_name, int its_urgency = 0) : name(std::move(its_name)), urgency(its_urgency) {}
  [[nodiscard]] int rank() const { return -urgency; }

  std::string name;
  int urgency;
  std::unique_ptr<int> move_only;
};

std::vector<std::string> names_of(const std::vector<job>& jobs) {
  std::vector<std::string> names;
  for (const job& each : jobs) names.push_back(each.name);
  return names;
}

// 45. Python compares the payloads of equal priorities, and fails if it cannot.
TEST_P(PriorityQueue, ItemsOfEqualPriorityComeInTheOrderTheyWerePutAndAreNeverCompared) {
  run_on_loop([&]() -> task<> {
    priority_queue<std::pair<int, job>> jobs;
    co_await jobs.put(2, job("late"));
    co_await jobs.put(1, job("first"));
    co_await jobs.put(1, job("second"));
    co_await jobs.put(1, job("third"));
    std::vector<std::string> order;
    while (!jobs.empty()) {
      const auto [priority, next] = co_await jobs.get();
      order.push_back(std::to_string(priority) + next.name);
    }
    EXPECT_THAT(order, ElementsAre("1first", "1second", "1third", "2late"));
  });
}

TEST_P(PriorityQueue, TheKeyMayBeAMemberAMemberFunctionOrAFunction) {
  run_on_loop([&]() -> task<> {
    const auto fill = [](auto& jobs) {
      jobs.put_nowait(job("middle", 2));
      jobs.put_nowait(job("high", 3));
      jobs.put_nowait(job("low", 1));
    };
    priority_queue<job, &job::urgency> by_member;
    fill(by_member);
    EXPECT_THAT(names_of(drained(by_member)), ElementsAre("low", "middle", "high"));

    priority_queue<job, &job::rank> by_function_member;
    fill(by_function_member);
    EXPECT_THAT(names_of(drained(by_function_member)), ElementsAre("high", "middle", "low"));

    priority_queue<job, [](const job& each) { return each.name.size(); }> by_function;
    fill(by_function);
    EXPECT_THAT(names_of(drained(by_function)), ElementsAre("low", "high", "middle"));
    co_return;
  });
}

TEST_P(PriorityQueue, AWaitingGetterTakesWhatComesFirstEvenIfABetterItemFollows) {
  run_on_loop([&]() -> task<> {
    priority_queue<int> items;
    auto waiting = create_task([&]() -> task<int> { co_return co_await items.get(); });
    co_await wait_all_tasks_blocked();
    items.put_nowait(5);
    items.put_nowait(1);
    EXPECT_EQ(co_await waiting, 5);
    EXPECT_EQ(co_await items.get(), 1);
  });
}

TEST_P(PriorityQueue, AgreesWithAStableSort) {
  std::mt19937 random(20240607);
  run_on_loop([&]() -> task<> {
    for (int round = 0; round < 50; ++round) {
      priority_queue<std::pair<int, int>> items;
      std::vector<std::pair<int, int>> expected;
      for (int i = 0; i < 100; ++i) {
        const std::pair<int, int> item(static_cast<int>(random() % 10), i);
        items.put_nowait(item);
        expected.push_back(item);
        if (random() % 4 == 0) {
          const auto lowest = std::min_element(expected.begin(), expected.end());
          EXPECT_EQ(items.get_nowait(), *lowest);
          expected.erase(lowest);
        }
      }
      std::sort(expected.begin(), expected.end());
      EXPECT_THAT(drained(items), ElementsAreArray(expected));
    }
    co_return;
  });
}

}  // namespace
}  // namespace overlap::asyncio
