// tests/asyncio/lock_model_test.cpp
//
// A lock and two conditions over it against a plain model, in random histories: who holds the lock, who is
// next, who was notified, and that it is held by whoever is being stopped inside.

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

struct lock_model : client_model {
  enum class wish { acquire, notified, stopping };
  struct place {
    std::size_t who;
    wish why;
  };
  std::optional<std::size_t> owner;
  std::deque<place> line;
  std::array<std::deque<std::size_t>, 2> at_condition;
  std::array<bool, clients> notified{};

  void arrives(std::size_t me) {
    if (!cancelled[me]) takes(me, wish::acquire);
  }
  void takes(std::size_t who, wish why) {
    if (owner) {
      line.push_back({who, why});
    } else {
      owner = who;
    }
  }
  void releases(std::size_t me) {
    EXPECT_EQ(owner, me);
    owner.reset();
    if (line.empty()) return;
    owner = line.front().who;
    line.pop_front();
  }
  void waits(std::size_t me, std::size_t where) {
    notified[me] = false;
    if (cancelled[me]) return;
    at_condition[where].push_back(me);
    releases(me);
  }
  void notifies(std::size_t count, std::size_t where) {
    auto& waiting = at_condition[where];
    for (; count > 0 && !waiting.empty(); --count) {
      notified[waiting.front()] = true;
      takes(waiting.front(), wish::notified);
      waiting.pop_front();
    }
  }
  void cancels(std::size_t whom) {
    std::erase_if(line, [&](const place& each) { return each.who == whom && each.why == wish::acquire; });
    for (auto& waiting : at_condition)
      if (std::erase(waiting, whom) > 0) takes(whom, wish::stopping);
  }
};

struct lock_world {
  lock_model model;
  lock guarded;
  condition first{guarded};
  condition second{guarded};
  std::size_t sections = 0;
  std::size_t woken = 0;

  task<> section(std::size_t me, std::mt19937& random) {
    co_await short_sleep(random);
    if (random() % 4 == 0) {
      const bool free = !model.owner;
      const auto held = guarded.try_acquire();
      EXPECT_EQ(held.has_value(), free);
      co_return;  // without a wait, so nobody has seen it
    }
    model.arrives(me);
    const auto held = co_await guarded.acquire();
    const auto leaves = [&] { model.releases(me); };  // at the moment of the guard's end
    const at_end left(leaves);
    EXPECT_EQ(model.owner, me);
    ++sections;
    for (unsigned step = random() % 4; step > 0; --step) {
      co_await act(me, random);
      EXPECT_EQ(model.owner, me);
    }
  }

  task<> act(std::size_t me, std::mt19937& random) {
    const std::size_t where = random() % 2;
    condition& chosen = where == 0 ? first : second;
    switch (random() % 4) {
      case 0:
        model.waits(me, where);
        co_await chosen.wait();
        EXPECT_TRUE(model.notified[me]) << "it went on without a notification";
        ++woken;
        break;
      case 1: {
        const std::size_t count = random() % 3;
        model.notifies(count, where);
        chosen.notify(count);
        break;
      }
      case 2:
        model.notifies(clients, where);
        chosen.notify_all();
        break;
      default:
        co_await short_sleep(random);
    }
    check();
  }

  void check() const {
    EXPECT_EQ(guarded.locked(), model.owner.has_value());
    EXPECT_EQ(guarded.statistics().tasks_waiting, model.line.size());
    EXPECT_EQ(first.statistics().tasks_waiting, model.at_condition[0].size());
    EXPECT_EQ(second.statistics().tasks_waiting, model.at_condition[1].size());
  }
  void check_at_the_end() const {
    check();
    EXPECT_FALSE(guarded.locked());
    EXPECT_GT(sections, 20U);
    EXPECT_GT(woken, 0U);
  }
};

TEST(LockModel, AgreesInRandomHistories) { try_seeds<lock_world>(300); }

}  // namespace
}  // namespace overlap::asyncio
