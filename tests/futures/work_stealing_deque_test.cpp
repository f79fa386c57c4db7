// tests/futures/work_stealing_deque_test.cpp
//
// The deque in every schedule of small programs, with late stores; and with real threads.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "futures/interleavings.hpp"
#include "futures/work_stealing_deque.hpp"

namespace overlap::futures {
namespace {

using detail::work_stealing_deque;

TEST(WorkStealingDeque, GivesItsOwnerTheNewestAndOthersTheOldest) {
  work_stealing_deque<int, 4> deque;
  int items[5] = {};
  for (int index = 0; index < 4; ++index) EXPECT_TRUE(deque.push(&items[index]));
  EXPECT_FALSE(deque.push(&items[4])) << "it is full";

  EXPECT_EQ(deque.steal(), &items[0]);
  EXPECT_EQ(deque.pop(), &items[3]);
  EXPECT_EQ(deque.steal_if([] { return false; }), nullptr);
  EXPECT_TRUE(deque.push(&items[4]));
  EXPECT_EQ(deque.size(), 3U);
  EXPECT_EQ(deque.pop(), &items[4]);
  EXPECT_EQ(deque.pop(), &items[2]);
  EXPECT_EQ(deque.steal(), &items[1]);
  EXPECT_EQ(deque.steal(), nullptr);
  EXPECT_EQ(deque.pop(), nullptr);
  EXPECT_TRUE(deque.empty());
}

/// What the owner does: 'p' pushes the next item, 'o' pops. Each thief steals as often as its number says.
struct program {
  std::string owner;
  std::vector<int> thieves;
  int before = 0;  // items that are there from the beginning
};

template <template <class> class Atomic>
model::findings explore_deque(const program& given, bool stores_may_be_late) {
  struct world {
    work_stealing_deque<int, 4, Atomic> deque;
    int items[8] = {};
    int taken[8] = {};
    int pushed = 0;

    void push() { pushed += deque.push(&items[pushed]) ? 1 : 0; }
    void take(int* item) {
      if (item != nullptr) ++taken[item - items];
    }
  };
  return model::explore(
      [&](model::machine& machine) {
        const auto shared = std::make_shared<world>();
        for (int count = 0; count < given.before; ++count) shared->push();
        machine.thread([shared, owner = given.owner] {
          for (const char step : owner) step == 'p' ? shared->push() : shared->take(shared->deque.pop());
        });
        for (const int steals : given.thieves) {
          machine.thread([shared, steals] {
            for (int count = 0; count < steals; ++count) shared->take(shared->deque.steal());
          });
        }
        machine.at_end([shared](int) -> std::string {
          while (int* rest = shared->deque.steal()) shared->take(rest);
          for (int index = 0; index < shared->pushed; ++index) {
            if (shared->taken[index] == 0) return "an item was lost";
            if (shared->taken[index] > 1) return "an item was taken twice";
          }
          return "";
        });
      },
      stores_may_be_late);
}

const std::vector<program> programs = {{"o", {1}, 1},     {"oo", {2}, 2},   {"ooo", {2}, 3}, {"o", {1, 1}, 1},
                                       {"oo", {1, 1}, 2}, {"ppoo", {2}},    {"popo", {2}},   {"ppoo", {1, 1}},
                                       {"popo", {1, 1}},  {"opop", {2}, 1}, {"oopp", {2}, 2}};

TEST(WorkStealingDeque, LosesAndDoublesNothingInAnyScheduleOfSmallPrograms) {
  if (!model::can_switch_contexts)
    GTEST_SKIP() << "sanitizers do not follow contexts that are switched by hand";
  for (const bool stores_may_be_late : {false, true}) {
    for (const program& each : programs) {
      const model::findings found = explore_deque<model::model_atomic>(each, stores_may_be_late);
      EXPECT_EQ(found.failure, "") << each.owner;
      EXPECT_GT(found.states, 10U);
      RecordProperty(each.owner + std::to_string(each.thieves.size()), static_cast<int>(found.states));
    }
  }
}

// The explorer itself must find what it is there for.
TEST(WorkStealingDeque, WithoutTheOrderOfItsStoresAnItemIsTakenTwice) {
  if (!model::can_switch_contexts)
    GTEST_SKIP() << "sanitizers do not follow contexts that are switched by hand";
  const program smallest{"oo", {2}, 2};
  EXPECT_EQ(explore_deque<model::model_atomic_without_order>(smallest, false).failure, "");
  EXPECT_EQ(explore_deque<model::model_atomic_without_order>(smallest, true).failure,
            "an item was taken twice");
}

TEST(WorkStealingDeque, LosesAndDoublesNothingAmongRealThreads) {
  constexpr std::size_t count = 20'000;
  work_stealing_deque<std::size_t, 64> deque;
  std::vector<std::size_t> items(count);
  std::iota(items.begin(), items.end(), std::size_t{0});
  std::vector<std::atomic<int>> taken(count);
  std::atomic<std::size_t> left{count};
  const auto take = [&](const std::size_t* item) {
    if (item == nullptr) return;
    ++taken[*item];
    --left;
  };
  {
    std::vector<std::jthread> thieves;
    for (int thief = 0; thief < 2; ++thief) {
      thieves.emplace_back([&] {
        while (left != 0) take(deque.steal());
      });
    }
    for (std::size_t next = 0; next < count;) {
      if (deque.push(&items[next])) ++next;
      if (next % 3 != 0) take(deque.pop());
    }
    while (left != 0) take(deque.pop());
  }
  for (const auto& each : taken) ASSERT_EQ(each, 1);
}

}  // namespace
}  // namespace overlap::futures
