// tests/futures/map_test.cpp
//
// executor.map() by its rules. Numbers in brackets are the lines of the requirements they mirror.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <list>
#include <memory>
#include <optional>
#include <random>
#include <ranges>
#include <set>
#include <sstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <overlap/base/context_var.hpp>
#include <overlap/futures/inline_executor.hpp>
#include <overlap/futures/map.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/gate.hpp"

namespace overlap::futures {
namespace {

using namespace std::chrono_literals;

int square(int value) { return value * value; }

// [48]
TEST(Map, GivesResultsInTheOrderOfTheInput) {
  thread_pool_executor pool(4);
  std::vector<int> input(1000);
  for (std::size_t index = 0; index < input.size(); ++index) input[index] = static_cast<int>(index);
  for (const int chunksize : {1, 7, 1000, 5000}) {
    int next = 0;
    for (const int each : pool.map(square, input, {.chunksize = chunksize})) {
      ASSERT_EQ(each, square(next++));
    }
    EXPECT_EQ(next, 1000);
  }
}

// [49]
TEST(Map, TakesSeveralRangesAsFarAsTheShortestGoes) {
  thread_pool_executor pool(2);
  const std::list<std::string> words{"a", "b", "c"};
  const int counts[] = {3, 2};
  const auto repeat = [](const std::string& word, int count) {
    std::string text;
    while (count-- > 0) text += word;
    return text;
  };
  EXPECT_EQ(pool.map(repeat, words, counts).to_vector(), (std::vector<std::string>{"aaa", "bb"}));
  const auto sum = [](int a, int b, int c) { return a + b + c; };
  EXPECT_EQ(pool.map(sum, counts, std::vector{10, 20}, counts, {.chunksize = 2}).to_vector(),
            (std::vector<int>{16, 24}));
  EXPECT_TRUE(pool.map(square, std::vector<int>()).to_vector().empty());
}

// [48]
TEST(Map, AnErrorComesAtItsPlaceAndIterationMayGoOn) {
  thread_pool_executor pool(2);
  const auto fail_at_two = [](int value) {
    if (value == 2) throw std::runtime_error("two");
    return value;
  };
  for (const int chunksize : {1, 3, 10}) {
    std::vector<int> seen;
    auto results = pool.map(fail_at_two, {0, 1, 2, 3, 4}, {.chunksize = chunksize});
    for (auto position = results.begin(); position != results.end(); ++position) {
      try {
        seen.push_back(*position);
      } catch (const std::runtime_error&) {
        seen.push_back(-1);
      }
    }
    EXPECT_EQ(seen, (std::vector<int>{0, 1, -1, 3, 4}));

    auto again = pool.map(fail_at_two, {1, 2, 3}, {.chunksize = chunksize});
    EXPECT_THROW(static_cast<void>(again.to_vector()), std::runtime_error);
    EXPECT_EQ(again.to_vector(), (std::vector<int>{3})) << "beginning again goes on behind the error";
  }
}

// [48]
TEST(Map, IsStrictlyBoundedAndWorksOnEndlessInput) {
  for (const bool ordered : {true, false}) {
    std::atomic<int> read{0};
    thread_pool_executor pool(2);
    int given = 0;
    for (const int each : pool.map(square, std::views::iota(0) | std::views::transform([&](int value) {
                                             ++read;
                                             return value;
                                           }),
                                   {.buffersize = 3, .ordered = ordered})) {
      ++given;
      if (ordered) {
        ASSERT_EQ(each, square(given - 1));
      }
      ASSERT_LE(read - given, 3);
      if (given == 500) break;
    }
    EXPECT_EQ(given, 500);
  }
}

TEST(Map, ByDefaultTwoElementsForEachWorkerAreInFlight) {
  int read = 0;
  thread_pool_executor pool(3);
  auto results = pool.map(square, std::views::iota(0) | std::views::transform([&](int value) {
                                    ++read;
                                    return value;
                                  }));
  EXPECT_EQ(read, 6);
  static_cast<void>(*results.begin());
  EXPECT_EQ(read, 7);
}

TEST(Map, UnorderedGivesResultsAsTheyGetDone) {
  gate first;
  thread_pool_executor pool(2);
  const auto work = [&](int value) {
    if (value == 0) first.pass();
    return value;
  };
  std::vector<int> order;
  for (const int each : pool.map(work, {0, 1, 2, 3}, {.ordered = false})) {
    order.push_back(each);
    if (order.size() == 3) first.open();
  }
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 0}));
}

// [49]
TEST(Map, TheTimeLimitCountsFromTheCall) {
  gate busy;
  thread_pool_executor pool(1);
  auto results = pool.map([&](int) { busy.pass(); }, {1}, {.timeout = 1ms});
  EXPECT_THROW(static_cast<void>(*results.begin()), timeout_error);
  EXPECT_THROW(static_cast<void>(*results.begin()), timeout_error);
  busy.open();

  gate later;
  auto unordered = pool.map([&](int) { later.pass(); }, {1}, {.timeout = 0ms, .ordered = false});
  EXPECT_THROW(unordered.wait(), timeout_error);
  later.open();
}

// [48]
TEST(Map, AfterAShutdownWhatWasSubmittedComesAndThenTheError) {
  thread_pool_executor pool(1);
  auto results = pool.map(square, std::views::iota(1), {.buffersize = 2});
  pool.shutdown();
  std::vector<int> seen;
  EXPECT_THROW(
      {
        for (const int each : results) seen.push_back(each);
      },
      invalid_state_error);
  EXPECT_EQ(seen, (std::vector<int>{1, 4}));
  EXPECT_TRUE(results.begin() == results.end());
}

TEST(Map, AShutdownThatCancelsShowsAsCancelledElements) {
  gate busy;
  thread_pool_executor pool(1);
  auto results = pool.map(
      [&](int value) {
        if (value == 0) busy.pass();
        return value;
      },
      {0, 1});
  busy.wait_until_reached();
  pool.shutdown({.wait = false, .cancel_futures = true});
  busy.open();
  auto position = results.begin();
  EXPECT_EQ(*position, 0);
  EXPECT_THROW(static_cast<void>(*++position), cancelled_error);
  EXPECT_TRUE(++position == results.end());
}

TEST(Map, AnErrorOfTheInputComesAfterWhatWasReadBefore) {
  thread_pool_executor pool(2);
  for (const int chunksize : {1, 2, 10}) {
    const auto input = std::views::iota(0) | std::views::transform([](int value) {
                         if (value == 3) throw std::out_of_range("input");
                         return value;
                       });
    auto results = pool.map(square, input, {.chunksize = chunksize});
    std::vector<int> seen;
    EXPECT_THROW(
        {
          for (const int each : results) seen.push_back(each);
        },
        std::out_of_range);
    EXPECT_EQ(seen, (std::vector<int>{0, 1, 4}));
    EXPECT_TRUE(results.begin() == results.end());
  }
}

TEST(Map, MovesTheElementsOfContainersItOwnsAndOnlyOfThose) {
  thread_pool_executor pool(2);
  std::vector<std::unique_ptr<int>> owned;
  for (int value : {1, 2, 3}) owned.push_back(std::make_unique<int>(value));
  const auto pass = [](std::unique_ptr<int> pointer) { return pointer; };
  std::vector<int> seen;
  for (std::unique_ptr<int> each : pool.map(pass, std::move(owned))) seen.push_back(*each);
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3}));

  std::vector<std::string> words{"a word that is too long for the small buffer", "x"};
  const auto same = [](std::string word) { return word; };
  EXPECT_EQ(pool.map(same, std::views::all(words)).to_vector(), words);
  EXPECT_EQ(pool.map(same, words | std::views::filter([](const std::string&) { return true; })).to_vector(),
            words);
  EXPECT_EQ(pool.map(same, words).to_vector(), words);
}

TEST(Map, ReadsSinglePassInput) {
  thread_pool_executor pool(2);
  std::istringstream text("1 2 3 4");
  EXPECT_EQ(pool.map(square, std::views::istream<int>(text)).to_vector(), (std::vector<int>{1, 4, 9, 16}));
}

TEST(Map, CarriesVoidAndReferences) {
  thread_pool_executor pool(2);
  std::atomic<int> sum{0};
  pool.map([&](int value) { sum += value; }, {1, 2, 3}).wait();
  EXPECT_EQ(sum, 6);

  std::vector<int> targets{1, 2, 3};
  for (int& each : pool.map([&](std::size_t index) -> int& { return targets[index]; }, {0U, 1U, 2U}))
    each *= 10;
  EXPECT_EQ(targets, (std::vector<int>{10, 20, 30}));
}

// [52]
TEST(Map, ATemporaryExecutorLivesAsLongAsItsResult) {
  int next = 0;
  for (const int each : thread_pool_executor(2).map(square, std::views::iota(0, 100))) {
    ASSERT_EQ(each, square(next++));
  }
  EXPECT_EQ(next, 100);

  const auto make = [] {
    thread_pool_executor pool(2);
    return pool.map(square, std::vector{1, 2, 3});
  };
  map_result<int> results = make();
  results = make();
  EXPECT_EQ(results.to_vector(), (std::vector<int>{1, 4, 9}));
}

TEST(Map, AnExecutorWaitsForWhatItWasGivenThoughAResultGoesOn) {
  std::atomic<int> ran{0};
  std::optional<map_result<int>> results;
  {
    thread_pool_executor pool(1);
    results.emplace(pool.map(square, std::views::iota(1)));
    for (int index = 0; index < 50; ++index) pool.submit([&] { ++ran; });
  }
  EXPECT_EQ(ran, 50);
  auto position = results->begin();
  for (int value = 1; value <= 10; ++value, ++position) EXPECT_EQ(*position, square(value));
}

TEST(Map, DestroyingTheResultCancelsTheRestAndStopsWhatCanBeStopped) {
  std::atomic<int> ran{0};
  std::latch started(1);
  thread_pool_executor pool(1);
  {
    auto results = pool.map(
        [&](std::stop_token token, int) {
          ++ran;
          started.count_down();
          std::latch stopped(1);
          const std::stop_callback on_stop(token, [&] { stopped.count_down(); });
          stopped.wait();
        },
        std::views::iota(0));
    started.wait();
  }
  pool.shutdown();
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(pool.statistics().cancelled, 1U);
}

TEST(Map, RefusesOptionsThatMakeNoSense) {
  inline_executor pool;
  EXPECT_THROW(static_cast<void>(pool.map(square, {1}, {.chunksize = 0})), invalid_value_error);
  EXPECT_THROW(static_cast<void>(pool.map(square, {1}, {.buffersize = -3})), invalid_value_error);
}

const context_var<int> factor("factor", 1);

// [76]
TEST(Map, SeesTheContextInWhichItIsIterated) {
  thread_pool_executor pool(2);
  const auto scope = factor.scoped_set(3);
  EXPECT_EQ(pool.map([](int value) { return value * factor.get(); }, {1, 2}).to_vector(),
            (std::vector<int>{3, 6}));
}

TEST(Map, OutcomesTurnErrorsIntoValues) {
  thread_pool_executor pool(2);
  const auto fail_at_odd = [](int value) {
    if (value % 2 == 1) throw std::runtime_error("odd");
    return value;
  };
  for (const bool ordered : {true, false}) {
    int sum = 0;
    int errors = 0;
    for (auto&& each : pool.map(fail_at_odd, std::views::iota(0, 100), {.ordered = ordered}).outcomes()) {
      if (each.has_value()) {
        sum += each.value();
      } else {
        ++errors;
      }
    }
    EXPECT_EQ(sum, 2450);
    EXPECT_EQ(errors, 50);
  }
  for (auto&& each : thread_pool_executor(1).map([](int) {}, {1}).outcomes()) EXPECT_TRUE(each.has_value());
}

TEST(Map, ShortCallsAreSentInLargerChunks) {
  thread_pool_executor pool(1);
  int read = 0;
  const auto counted = std::views::iota(0) | std::views::transform([&](int value) {
                         ++read;
                         return value;
                       });
  int given = 0;
  for (const int each : pool.map(square, counted)) {
    static_cast<void>(each);
    if (++given == 2000) break;
  }
  const std::uint64_t jobs = pool.statistics().submitted;
  EXPECT_LT(jobs, 1900U) << "several elements for each job";

  read = given = 0;
  for (const int each : pool.map(square, counted, {.buffersize = 40})) {
    static_cast<void>(each);
    ++given;
    ASSERT_LE(read - given, 40) << "but never more than was allowed";
    if (given == 2000) break;
  }
}

TEST(MapStress, RandomShapesGiveTheSameAsALoop) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::minstd_rand random(seed);
    const auto pick = [&](unsigned below) { return static_cast<int>(random() % below); };
    thread_pool_executor pool(1 + pick(4));
    const int count = pick(300);
    const int fail_every = 2 + pick(50);
    const map_options options{.chunksize = 1 + pick(9), .buffersize = 1 + pick(20), .ordered = pick(2) == 0};
    const auto work = [=](int value) {
      if (value % fail_every == 1) throw std::runtime_error("expected");
      return value;
    };
    std::multiset<int> expected;
    for (int value = 0; value < count; ++value) expected.insert(value % fail_every == 1 ? -1 : value);

    std::multiset<int> seen;
    auto results = pool.map(work, std::views::iota(0, count), options);
    for (auto position = results.begin(); position != results.end(); ++position) {
      try {
        seen.insert(*position);
      } catch (const std::runtime_error&) {
        seen.insert(-1);
      }
    }
    ASSERT_EQ(seen, expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace overlap::futures
