// tests/testing/shrink_test.cpp
//
// Lists of choices: as text, and made small against rules instead of programs.

#include "testing/shrink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include <overlap/base/error.hpp>

#include "testing/random_numbers.hpp"
#include "testing/replay_text.hpp"

namespace overlap::testing::detail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct shrunk {
  choice_list list;
  std::size_t runs;
};

// `fails` says of a list whether a program would fail with it.
template <class Rule>
shrunk shrink(const choice_list& failing, Rule fails, std::size_t runs_max = 100'000) {
  std::size_t runs = 0;
  shrinker smaller(
      failing,
      [&](const choice_list& list) {
        ++runs;
        return fails(list) ? std::optional(list) : std::nullopt;
      },
      runs_max);
  return {smaller.run(), runs};
}

choice_list random_list(std::size_t size) {
  random_numbers random(7);
  choice_list list(size);
  for (std::uint32_t& each : list) each = static_cast<std::uint32_t>(random.below(4));
  return list;
}

TEST(Shrink, WhatAlwaysFailsNeedsNoChoice) {
  EXPECT_THAT(shrink(random_list(500), [](const choice_list&) { return true; }).list, IsEmpty());
}

TEST(Shrink, ADepartureThatIsNeededStaysAndTheOthersGo) {
  choice_list failing = random_list(300);
  failing[100] = 3;
  const auto needs = [](const choice_list& list) { return list.size() > 100 && list[100] == 3; };
  choice_list expected(101);
  expected[100] = 3;
  EXPECT_EQ(shrink(failing, needs).list, expected);
}

TEST(Shrink, ListsBecomeShortAndNumbersSmall) {
  // Two departures of at least 2, with at least one choice between them.
  const auto needs = [](const choice_list& list) {
    const auto first = std::ranges::find_if(list, [](auto each) { return each >= 2; });
    return list.end() - first > 2 && std::any_of(first + 2, list.end(), [](auto each) { return each >= 2; });
  };
  EXPECT_THAT(shrink(random_list(400), needs).list, ElementsAre(2, 0, 2));
}

TEST(Shrink, OfWhatIsLeftNothingCanBeTakenAway) {
  const auto needs = [](const choice_list& list) {
    return std::accumulate(list.begin(), list.end(), 0U) >= 6;
  };
  const choice_list smallest = shrink(random_list(100), needs).list;
  EXPECT_EQ(std::accumulate(smallest.begin(), smallest.end(), 0U), 6U);
  EXPECT_LE(smallest.size(), 3U);
  EXPECT_THAT(smallest, ::testing::Each(::testing::Ge(1U)));
}

TEST(Shrink, WhatTheProgramReallyChoseCounts) {
  // This program has two choices, each between two, whatever it is asked for.
  shrinker smaller(
      choice_list{1, 1},
      [](const choice_list& list) {
        choice_list real = list;
        real.resize(std::min<std::size_t>(real.size(), 2));
        return real.size() == 2 && real[1] != 0 ? std::optional(choice_list{0, 1}) : std::nullopt;
      },
      100);
  EXPECT_THAT(smaller.run(), ElementsAre(0, 1));
}

TEST(Shrink, StopsWhenItsRunsAreSpent) {
  const auto always = [](const choice_list& list) { return list.size() >= 50; };
  EXPECT_LE(shrink(random_list(500), always, 10).runs, 10U);
  EXPECT_EQ(shrink(random_list(500), always, 0).runs, 0U);
}

TEST(Shrink, SimplerMeansFewerThenShorterThenSmaller) {
  EXPECT_TRUE(is_simpler({0, 0, 0, 3}, {1, 1}));
  EXPECT_TRUE(is_simpler({3}, {0, 1}));
  EXPECT_TRUE(is_simpler({0, 1}, {0, 2}));
  EXPECT_TRUE(is_simpler({1, 2}, {2, 1}));
  EXPECT_FALSE(is_simpler({1, 2}, {1, 2}));
}

TEST(ReplayText, GoesBothWays) {
  const choice_list lists[] = {{1}, {0, 1}, {0, 0, 0, 1}, {2, 2, 2, 2, 7, 0, 0, 9}, random_list(999)};
  for (const choice_list& each : lists) {
    choice_list without_end = each;
    while (without_end.back() == 0) without_end.pop_back();
    EXPECT_EQ(choices_of_text(replay_text(each)), without_end);
  }
  EXPECT_EQ(replay_text({0, 0, 0, 0, 1, 5, 5, 0, 0}), "0^4,1,5,5");
  EXPECT_EQ(replay_text({}), "0");
  EXPECT_EQ(replay_text({0, 0}), "0");
  EXPECT_THAT(choices_of_text("0"), IsEmpty());
}

}  // namespace
}  // namespace overlap::testing::detail
