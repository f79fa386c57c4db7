// tests/asyncio/capacity_limiter_model_test.cpp
//
// A limiter against a plain model, in random histories in which the total changes too: who holds a token, who
// is next, and that each goes back once.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <random>
#include <set>

#include "asyncio/random_clients.hpp"

namespace overlap::asyncio {
namespace {

struct limiter_model : client_model {
  std::size_t total = 2;
  std::set<std::size_t> holding;
  std::deque<std::size_t> waiting;

  void arrives(std::size_t me) {
    if (cancelled[me]) return;
    waiting.push_back(me);
    passes_on();
  }
  void passes_on() {
    for (; holding.size() < total && !waiting.empty(); waiting.pop_front()) holding.insert(waiting.front());
  }
  void releases(std::size_t me) {
    EXPECT_EQ(holding.erase(me), 1U);
    passes_on();
  }
  void sets_total(std::size_t changed) {
    total = changed;
    passes_on();
  }
  void cancels(std::size_t whom) { std::erase(waiting, whom); }
};

struct limiter_world {
  limiter_model model;
  capacity_limiter limiter{2};
  std::array<char, clients> borrowers{};
  std::size_t borrowed = 0;

  task<> section(std::size_t me, std::mt19937& random) {
    co_await short_sleep(random);
    if (random() % 6 == 0) {
      const std::size_t total = random() % 4;
      model.sets_total(total);
      limiter.set_total_tokens(static_cast<std::ptrdiff_t>(total));
      check();
      co_return;
    }
    model.arrives(me);
    auto token = co_await limiter.acquire_on_behalf_of(&borrowers[me]);
    const auto leaves = [&] { model.releases(me); };  // at the moment of the token's end
    const at_end left(leaves);
    EXPECT_TRUE(model.holding.contains(me));
    ++borrowed;
    check();
    for (unsigned step = random() % 3; step > 0; --step) co_await short_sleep(random);
  }

  void check() const {
    EXPECT_EQ(limiter.total_tokens(), model.total);
    EXPECT_EQ(limiter.borrowed_tokens(), model.holding.size());
    EXPECT_EQ(limiter.statistics().tasks_waiting, model.waiting.size());
    for (std::size_t who = 0; who < clients; ++who)
      EXPECT_EQ(limiter.lends_to(&borrowers[who]), model.holding.contains(who));
  }
  void check_at_the_end() const {
    check();
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
    EXPECT_GT(borrowed, 20U);
  }
};

TEST(CapacityLimiterModel, AgreesInRandomHistories) { try_seeds<limiter_world>(300); }

}  // namespace
}  // namespace overlap::asyncio
