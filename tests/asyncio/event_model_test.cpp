// tests/asyncio/event_model_test.cpp
//
// An event against a plain model, in random histories: who goes on, and who has to wait on.

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <set>

#include "asyncio/random_clients.hpp"

namespace overlap::asyncio {
namespace {

struct event_model : client_model {
  bool flag = false;
  std::set<std::size_t> waiting;
  std::set<std::size_t> let_through;

  void arrives(std::size_t me) {
    if (!cancelled[me]) (flag ? let_through : waiting).insert(me);
  }
  void sets() {
    flag = true;
    let_through.merge(waiting);
  }
  void goes_on(std::size_t me) {
    EXPECT_EQ(let_through.erase(me), 1U) << "client " << me << " went on, though nobody had set the event";
  }
  void cancels(std::size_t whom) { waiting.erase(whom); }
};

struct event_world {
  event_model model;
  event ready;
  std::size_t passed = 0;

  task<> section(std::size_t me, std::mt19937& random) {
    co_await short_sleep(random);
    switch (random() % 5) {
      case 0:
        model.sets();
        ready.set();
        if (random() % 2 != 0) break;
        [[fallthrough]];
      case 1:
        model.flag = false;
        ready.clear();
        break;
      default:
        model.arrives(me);
        co_await ready.wait();
        model.goes_on(me);
        ++passed;
    }
    check();
  }

  void check() const {
    EXPECT_EQ(ready.is_set(), model.flag);
    EXPECT_EQ(ready.statistics().tasks_waiting, model.waiting.size());
  }
  void check_at_the_end() const {
    check();
    EXPECT_TRUE(model.let_through.empty()) << "somebody who was let through did not go on";
    EXPECT_GT(passed, 20U);
  }
};

TEST(EventModel, AgreesInRandomHistories) { try_seeds<event_world>(300); }

}  // namespace
}  // namespace overlap::asyncio
