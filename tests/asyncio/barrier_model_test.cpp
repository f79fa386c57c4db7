// tests/asyncio/barrier_model_test.cpp
//
// A barrier against a plain model, in random histories of arrivals, cancellations, resets and aborts: who
// gets which number, and who is sent away.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <random>

#include "asyncio/random_clients.hpp"

namespace overlap::asyncio {
namespace {

struct barrier_model : client_model {
  static constexpr int sent_away = -1;

  explicit barrier_model(std::size_t all) : parties(all) {}

  std::size_t parties;
  bool broken = false;
  std::deque<std::size_t> waiting;
  std::array<std::optional<int>, clients> result;

  void arrives(std::size_t me) {
    result[me].reset();
    if (cancelled[me]) return;
    if (broken) {
      result[me] = sent_away;
      return;
    }
    waiting.push_back(me);
    if (waiting.size() < parties) return;
    for (std::size_t number = 0; number < parties; ++number)
      result[waiting[number]] = static_cast<int>(number);
    waiting.clear();
  }
  void sends_away(bool for_good) {
    for (const std::size_t who : waiting) result[who] = sent_away;
    waiting.clear();
    broken = for_good;
  }
  void cancels(std::size_t whom) { std::erase(waiting, whom); }
};

struct barrier_world {
  explicit barrier_world(std::size_t parties)
      : model(parties), meeting(static_cast<std::ptrdiff_t>(parties)) {}

  barrier_model model;
  barrier meeting;
  std::size_t passed = 0;
  std::size_t sent_away = 0;

  task<> section(std::size_t me, std::mt19937& random) {
    co_await short_sleep(random);
    const unsigned choice = random() % 16;
    if (choice < 2) {
      model.sends_away(choice == 0);
      if (choice == 0) {
        meeting.abort();
      } else {
        meeting.reset();
      }
    } else {
      int got = barrier_model::sent_away;
      model.arrives(me);
      try {
        got = static_cast<int>(co_await meeting.wait());
        ++passed;
      } catch (const broken_barrier_error&) {
        ++sent_away;
      }
      EXPECT_EQ(model.result[me], got);
    }
    check();
  }

  void check() const {
    EXPECT_EQ(meeting.n_waiting(), model.waiting.size());
    EXPECT_EQ(meeting.broken(), model.broken);
  }
  void check_at_the_end() const {
    check();
    EXPECT_GT(passed, 0U);
    EXPECT_GT(sent_away, 0U);
  }
};

TEST(BarrierModel, OfOnePartyAgreesInRandomHistories) { try_seeds<barrier_world>(100, std::size_t{1}); }
TEST(BarrierModel, OfTwoPartiesAgreesInRandomHistories) { try_seeds<barrier_world>(200, std::size_t{2}); }
TEST(BarrierModel, OfThreePartiesAgreesInRandomHistories) { try_seeds<barrier_world>(200, std::size_t{3}); }

}  // namespace
}  // namespace overlap::asyncio
