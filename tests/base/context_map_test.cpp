// tests/base/context_map_test.cpp
//
// The map behind a context against a std::map, and its canonical shape.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include <overlap/base/context_var.hpp>

namespace overlap::detail {
namespace {

using int_value = typed_context_value<int>;

shared_reference<context_value> made(int number) {
  return shared_reference<context_value>::adopt(new int_value(number));
}

int found(const context_map& map, std::uint64_t number) {
  const context_value* value = map.find(number);
  return value == nullptr ? -1 : int_value::value_of(value);
}

static_assert(sizeof(context_map) == sizeof(void*));
static_assert(std::is_nothrow_copy_constructible_v<context_map>);

TEST(ContextMap, IsEmptyAtFirst) {
  const context_map map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.size(), 0U);
  EXPECT_EQ(map.find(0), nullptr);
  EXPECT_TRUE(map.without(3).empty());
}

TEST(ContextMap, AChangeMakesAnotherMap) {
  const context_map none;
  const context_map one = none.with(1, made(10));
  const context_map two = one.with(2, made(20));
  const context_map changed = two.with(1, made(11));
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(found(one, 1), 10);
  EXPECT_EQ(found(one, 2), -1);
  EXPECT_EQ(found(two, 1), 10);
  EXPECT_EQ(found(two, 2), 20);
  EXPECT_EQ(found(changed, 1), 11);
  EXPECT_EQ(two.size(), 2U);
  EXPECT_EQ(found(changed.without(1), 1), -1);
  EXPECT_EQ(found(changed, 1), 11);
}

TEST(ContextMap, HoldsNumbersOfAnySize) {
  const std::uint64_t numbers[] = {0,
                                   15,
                                   16,
                                   255,
                                   256,
                                   65'535,
                                   std::uint64_t{1} << 32,
                                   1ULL << 59,
                                   1ULL << 60,
                                   1ULL << 63,
                                   std::numeric_limits<std::uint64_t>::max()};
  context_map map;
  int value = 0;
  for (const std::uint64_t number : numbers) map = map.with(number, made(value++));
  value = 0;
  for (const std::uint64_t number : numbers) EXPECT_EQ(found(map, number), value++) << number;
  EXPECT_EQ(map.size(), std::size(numbers));
  EXPECT_EQ(found(map, 1), -1);
  EXPECT_EQ(found(map, (1ULL << 60) + 1), -1);
}

// Numbers that agree in the bits of the levels that are there.
TEST(ContextMap, DoesNotConfuseANumberBeyondItsReach) {
  const context_map low = context_map().with(1, made(10));
  EXPECT_EQ(found(low, 17), -1);
  EXPECT_EQ(found(low, 1 + (1ULL << 60)), -1);
  EXPECT_EQ(found(low.without(17), 1), 10);
  const context_map high = low.with(17, made(170));
  EXPECT_EQ(found(high, 1), 10);
  EXPECT_EQ(found(high, 257), -1);
}

TEST(ContextMap, IsEmptyAgainWhenTheLastIsGone) {
  const context_map map = context_map().with(1'000'000, made(1));
  EXPECT_TRUE(map.without(1'000'000).empty());
  EXPECT_EQ(map.without(999'999).size(), 1U);
}

TEST(ContextMap, IsEqualHoweverItWasMade) {
  const context_map low = context_map().with(3, made(30));
  const context_map back = low.with(5'000, made(1)).with(70, made(2)).without(70).without(5'000);
  EXPECT_TRUE(low == back);
  EXPECT_TRUE(low == context_map().with(3, made(30)));
  EXPECT_FALSE(low == context_map().with(3, made(31)));
  EXPECT_FALSE(low == context_map().with(4, made(30)));
  EXPECT_FALSE(low == low.with(4, made(40)));
  EXPECT_FALSE(low == low.with(400, made(40)));
  EXPECT_FALSE(low == context_map());
  EXPECT_TRUE(context_map() == context_map());
}

TEST(ContextMap, KeepsItsValuesAlive) {
  struct counted {
    explicit counted(int& alive_) : alive(&alive_) { ++*alive; }
    counted(counted&& other) noexcept : alive(std::exchange(other.alive, nullptr)) {}
    counted& operator=(counted&&) = delete;
    ~counted() {
      if (alive != nullptr) --*alive;
    }
    int* alive;
  };
  int alive = 0;
  {
    context_map map;
    for (std::uint64_t number = 0; number < 100; ++number) {
      map = map.with(
          number, shared_reference<context_value>::adopt(new typed_context_value<counted>(counted(alive))));
    }
    const context_map copy = map;
    map = map.without(50);
    EXPECT_EQ(alive, 100);
    map = context_map();
    EXPECT_EQ(alive, 100);
  }
  EXPECT_EQ(alive, 0);
}

// Random changes against a std::map, with old versions kept and checked again at the end.
TEST(ContextMap, DoesWhatAMapDoes) {
  std::mt19937 random(567);
  context_map map;
  std::map<std::uint64_t, int> model;
  std::vector<std::pair<context_map, std::map<std::uint64_t, int>>> versions;
  const auto check = [](const context_map& checked, const std::map<std::uint64_t, int>& expected) {
    ASSERT_EQ(checked.size(), expected.size());
    ASSERT_EQ(checked.empty(), expected.empty());
    for (const auto& [number, value] : expected) ASSERT_EQ(found(checked, number), value);
  };

  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t number = random() % 700;
    if (random() % 2 == 0) {
      map = map.with(number, made(step));
      model[number] = step;
    } else {
      map = map.without(number);
      model.erase(number);
    }
    ASSERT_EQ(found(map, number), model.contains(number) ? step : -1);
    if (step % 1'000 == 0) {
      check(map, model);
      versions.emplace_back(map, model);
    }
  }
  for (const auto& [version, expected] : versions) check(version, expected);

  std::vector<std::uint64_t> left;
  for (const auto& [number, value] : model) left.push_back(number);
  std::shuffle(left.begin(), left.end(), random);
  for (const std::uint64_t number : left) map = map.without(number);
  EXPECT_TRUE(map.empty());
}

}  // namespace
}  // namespace overlap::detail
