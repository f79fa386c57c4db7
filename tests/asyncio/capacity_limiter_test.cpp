// tests/asyncio/capacity_limiter_test.cpp
//
// Tokens that know their borrowers, one each, and a total that changes while they are lent.

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CapacityLimiter : public LoopTest {
 protected:
  task<> borrow(capacity_limiter& limiter, std::string name, duration how_long = duration()) {
    const auto token = co_await limiter.acquire();
    note(name);
    co_await sleep(how_long);
  }
};
INSTANTIATE_TEST_SUITE_P(on, CapacityLimiter, all_backends(), backend_name);

TEST_P(CapacityLimiter, LimitsHowManyAreInside) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(3);
    int inside = 0;
    int most = 0;
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 20; ++i) {
        group.create_task([&, i]() -> task<> {
          co_await with(limiter, [&]() -> task<> {
            most = std::max(most, ++inside);
            co_await sleep(duration(1s) * (1 + i % 3));
            --inside;
          });
        });
      }
      co_return;
    });
    EXPECT_EQ(most, 3);
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
}

// trio's test_CapacityLimiter.
TEST_P(CapacityLimiter, KnowsWhoHoldsATokenAndLendsEachOne) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(2);
    EXPECT_EQ(limiter.total_tokens(), 2U);
    EXPECT_EQ(limiter.available_tokens(), 2U);
    EXPECT_THROW(limiter.release(), invalid_state_error);

    std::optional<capacity_limiter::token> mine = limiter.try_acquire();
    EXPECT_TRUE(mine.has_value());
    EXPECT_EQ(limiter.borrowed_tokens(), 1U);
    EXPECT_EQ(limiter.available_tokens(), 1U);
    EXPECT_TRUE(limiter.lends_to(current_task()));

    EXPECT_THROW(static_cast<void>(limiter.try_acquire()), invalid_state_error);
    EXPECT_THROW(static_cast<void>(co_await limiter.acquire()), invalid_state_error);
    EXPECT_EQ(limiter.borrowed_tokens(), 1U);

    int someone = 0;
    int third_party = 0;
    auto theirs = co_await limiter.acquire_on_behalf_of(&someone);
    EXPECT_EQ(limiter.borrowed_tokens(), 2U);
    EXPECT_TRUE(limiter.lends_to(&someone));
    EXPECT_FALSE(limiter.try_acquire_on_behalf_of(&third_party).has_value());
    EXPECT_FALSE(limiter.lends_to(&third_party));

    mine->detach();
    limiter.release_on_behalf_of(current_task());
    EXPECT_FALSE(limiter.lends_to(current_task()));
    EXPECT_THROW(limiter.release(), invalid_state_error);
    theirs.release();
    theirs.release();
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
    EXPECT_THROW(limiter.release_on_behalf_of(&someone), invalid_state_error);
  });
}

// trio's test_CapacityLimiter: fairness.
TEST_P(CapacityLimiter, NobodyOvertakesAWaiter) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(2);
    int borrowers[3] = {};
    auto first = co_await limiter.acquire_on_behalf_of(&borrowers[0]);
    auto second = co_await limiter.acquire_on_behalf_of(&borrowers[1]);
    auto waiting = create_task([&]() -> task<> {
      const auto token = co_await limiter.acquire_on_behalf_of(&borrowers[2]);
      note("waiting");
    });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(limiter.statistics().tasks_waiting, 1U);
    EXPECT_FALSE(limiter.lends_to(&borrowers[2]));

    second.release();
    EXPECT_EQ(limiter.borrowed_tokens(), 2U) << "handed over";
    EXPECT_TRUE(limiter.lends_to(&borrowers[2]));
    EXPECT_FALSE(limiter.try_acquire().has_value());
    co_await borrow(limiter, "late");
    co_await waiting;
  });

  EXPECT_THAT(log(), ElementsAre("waiting", "late"));
}

TEST_P(CapacityLimiter, IsFirstComeFirstServed) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(1);
    co_await gather(borrow(limiter, "1", 1s), borrow(limiter, "2", 1s), borrow(limiter, "3", 1s));
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });

  EXPECT_THAT(log(), ElementsAre("1", "2", "3"));
}

TEST_P(CapacityLimiter, ABorrowerThatWaitsDoesNotWaitTwice) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(1);
    int connection = 0;
    auto held = co_await limiter.acquire();
    auto waiting = create_task(
        [&]() -> task<> { const auto token = co_await limiter.acquire_on_behalf_of(&connection); });
    co_await wait_all_tasks_blocked();
    EXPECT_THROW(static_cast<void>(co_await limiter.acquire_on_behalf_of(&connection)), invalid_state_error);
    EXPECT_THROW(static_cast<void>(limiter.try_acquire_on_behalf_of(&connection)), invalid_state_error);
    EXPECT_THROW(limiter.release_on_behalf_of(&connection), invalid_state_error);
    EXPECT_EQ(limiter.statistics().tasks_waiting, 1U);
    held.release();
    co_await waiting;
  });
}

// trio's test_CapacityLimiter_change_total_tokens.
TEST_P(CapacityLimiter, TheTotalChangesWhileTokensAreLent) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(2);
    int borrowers[5] = {};
    std::vector<task_handle<>> tasks;
    for (int& each : borrowers) {
      tasks.push_back(create_task([&limiter, &each]() -> task<> {
        auto token = co_await limiter.acquire_on_behalf_of(&each);
        token.detach();
      }));
    }
    co_await wait_all_tasks_blocked();
    const auto lent = [&] {
      std::vector<int> numbers;
      for (int i = 0; i < 5; ++i)
        if (limiter.lends_to(&borrowers[i])) numbers.push_back(i);
      return numbers;
    };
    EXPECT_THAT(lent(), ElementsAre(0, 1));
    EXPECT_EQ(limiter.statistics().tasks_waiting, 3U);

    limiter.set_total_tokens(4);
    EXPECT_THAT(lent(), ElementsAre(0, 1, 2, 3));
    EXPECT_EQ(limiter.statistics().tasks_waiting, 1U);

    limiter.set_total_tokens(1);
    EXPECT_EQ(limiter.borrowed_tokens(), 4U);
    EXPECT_EQ(limiter.total_tokens(), 1U);
    EXPECT_EQ(limiter.available_tokens(), 0U);
    for (int i = 0; i < 3; ++i) limiter.release_on_behalf_of(&borrowers[i]);
    EXPECT_THAT(lent(), ElementsAre(3));
    EXPECT_EQ(limiter.statistics().tasks_waiting, 1U);
    limiter.release_on_behalf_of(&borrowers[3]);
    EXPECT_THAT(lent(), ElementsAre(4));
    EXPECT_EQ(limiter.statistics().tasks_waiting, 0U);
    co_await gather(tasks);
  });
}

TEST_P(CapacityLimiter, WithATotalOfNoneNobodyGetsAToken) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(0);
    EXPECT_FALSE(limiter.try_acquire().has_value());
    auto waiting = create_task(borrow(limiter, "at last"));
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(log(), IsEmpty());
    limiter.set_total_tokens(1);
    co_await waiting;
  });

  EXPECT_THAT(log(), ElementsAre("at last"));
}

// trio's test_CapacityLimiter_inf, and the values that make no sense.
TEST_P(CapacityLimiter, MayBeUnlimitedButNotNegative) {
  EXPECT_THROW(capacity_limiter(-1), invalid_value_error);
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(capacity_limiter::unlimited);
    const auto token = co_await limiter.acquire();
    EXPECT_EQ(limiter.borrowed_tokens(), 1U);
    EXPECT_GT(limiter.available_tokens(), 1'000'000'000U);
    EXPECT_THROW(limiter.set_total_tokens(-10), invalid_value_error);
    EXPECT_EQ(limiter.total_tokens(), static_cast<std::size_t>(capacity_limiter::unlimited));
  });
}

// trio's memleak_548: a cancelled waiter leaves nothing behind.
TEST_P(CapacityLimiter, ACancelledWaiterLeavesTheLineAndTheBook) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(1);
    int connection = 0;
    auto held = co_await limiter.acquire();
    auto waiting = create_task(
        [&]() -> task<> { const auto token = co_await limiter.acquire_on_behalf_of(&connection); });
    co_await wait_all_tasks_blocked();
    waiting.cancel();
    EXPECT_EQ(limiter.statistics().tasks_waiting, 0U);
    held.release();
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
    EXPECT_TRUE(limiter.try_acquire_on_behalf_of(&connection).has_value())
        << "it is not in the way of itself";
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
  });
}

TEST_P(CapacityLimiter, ATokenGrantedToACancelledWaiterGoesToTheNext) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(1);
    auto held = co_await limiter.acquire();
    auto first = create_task(borrow(limiter, "first", 1h));
    auto second = create_task(borrow(limiter, "second"));
    co_await wait_all_tasks_blocked();
    held.release();
    first.cancel();
    co_await second;
    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
    EXPECT_EQ(testing::now().since_start(), duration());
  });

  EXPECT_THAT(log(), ElementsAre("first", "second"));
}

TEST_P(CapacityLimiter, AcquireInACancelledScopeStopsEvenIfATokenIsThere) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(1);
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await borrow(limiter, "went on");
    });
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
    EXPECT_FALSE(limiter.lends_to(current_task()));
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(CapacityLimiter, ATokenMovesAndEndsInWhateverTask) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(2);
    std::optional<capacity_limiter::token> carried;
    auto borrower = create_task([&]() -> task<> { carried.emplace(co_await limiter.acquire()); });
    co_await borrower;
    EXPECT_TRUE(limiter.lends_to(borrower)) << "it has ended, but the token has not";
    auto mine = co_await limiter.acquire();
    *carried = std::move(mine);
    EXPECT_FALSE(limiter.lends_to(borrower));
    EXPECT_EQ(limiter.borrowed_tokens(), 1U);
    carried.reset();
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
}

TEST_P(CapacityLimiter, WithGivesTheTokenBackWhenTheBodyFailsOrIsStopped) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(1);
    const auto fails = []() -> task<> {
      co_await sleep(0s);
      throw std::runtime_error("expected");
    };
    EXPECT_THROW(co_await with(limiter, fails), std::runtime_error);
    const auto long_stay = []() -> task<> { co_await sleep(1h); };
    EXPECT_THROW(co_await with(timeout(1s), limiter, long_stay), timeout_error);
    EXPECT_EQ(limiter.borrowed_tokens(), 0U);
  });
}

TEST_P(CapacityLimiter, TheFormsWithoutABorrowerNeedATask) {
  capacity_limiter limiter(1);
  EXPECT_THROW(static_cast<void>(limiter.try_acquire()), invalid_state_error);
  EXPECT_THAT(error_of([&] { limiter.release(); }), HasSubstr("release_on_behalf_of"));
  EXPECT_TRUE(limiter.try_acquire_on_behalf_of(this).has_value());
}

TEST_P(CapacityLimiter, BelongsToTheTasksOfOneLoop) {
  run_on_loop([&]() -> task<> {
    capacity_limiter limiter(1);
    auto held = co_await limiter.acquire();
    auto waiting = create_task(borrow(limiter, "1"));
    co_await wait_all_tasks_blocked();
    as_if_in_another_thread([&] {
      EXPECT_THAT(advice_of([&] { limiter.set_total_tokens(2); }), HasSubstr("call_soon_threadsafe"));
      EXPECT_THAT(advice_of([&] { run_on_loop([&]() -> task<> { co_await borrow(limiter, "2"); }); }),
                  HasSubstr("give each loop its own"));
    });
    EXPECT_EQ(limiter.borrowed_tokens(), 1U);
    held.release();
    co_await waiting;
  });

  EXPECT_THAT(log(), ElementsAre("1"));
}

}  // namespace

// Death tests run on one backend: what they look at is before any.
TEST(CapacityLimiterDeath, ALimiterIsNotDestroyedWhileTasksWaitForIt) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   auto limiter = std::make_unique<capacity_limiter>(0);
                                   auto waiting = create_task([wanted = limiter.get()]() -> task<> {
                                     static_cast<void>(co_await wanted->acquire());
                                   });
                                   co_await wait_all_tasks_blocked();
                                   limiter.reset();
                                 }),
               "destroyed while tasks wait for it");
}

TEST(CapacityLimiterDeath, ATokenIsNotReleasedByHandTooUnlessItWasDetached) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   capacity_limiter limiter(1);
                                   const auto token = co_await limiter.acquire();
                                   limiter.release();
                                 }),
               "detach.. it before you call release");
}

}  // namespace overlap::asyncio
