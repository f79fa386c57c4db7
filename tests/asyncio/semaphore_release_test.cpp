// tests/asyncio/semaphore_release_test.cpp
//
// Permits released by hand, as CPython's tests do it, and the bounded semaphore that counts them.
// Numbers are the lines of requirements §3.

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(BoundedSemaphore);

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SemaphoreRelease : public LoopTest {
 protected:
  /// Takes a permit for good.
  task<> take(semaphore& permits, std::string name) {
    (co_await permits.acquire()).detach();
    note(name);
  }
};
INSTANTIATE_TEST_SUITE_P(on, SemaphoreRelease, all_backends(), backend_name);

// CPython's test_acquire.
TEST_P(SemaphoreRelease, LetsInAsManyAsAreReleased) {
  run_on_loop([&]() -> task<> {
    semaphore permits(3);
    co_await take(permits, "a");
    co_await take(permits, "b");
    EXPECT_FALSE(permits.locked());
    auto first = create_task(take(permits, "1"));
    auto second = create_task(take(permits, "2"));
    auto third = create_task(take(permits, "3"));
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(log(), ElementsAre("a", "b", "1"));
    EXPECT_TRUE(permits.locked());
    EXPECT_EQ(permits.statistics().tasks_waiting, 2U);

    auto fourth = create_task(take(permits, "4"));
    permits.release();
    permits.release();
    EXPECT_EQ(permits.statistics().permits_free, 0U) << "they were handed over";
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(permits.statistics().tasks_waiting, 1U);

    permits.release();
    co_await gather(first, second, third, fourth);
    EXPECT_TRUE(permits.locked());
  });

  EXPECT_THAT(log(), ElementsAre("a", "b", "1", "2", "3", "4"));
}

TEST_P(SemaphoreRelease, AddsToWhatIsFreeWhenNobodyWaits) {
  run_on_loop([&]() -> task<> {
    semaphore ready(0);
    ready.release();
    ready.release(3);
    ready.release(0);
    EXPECT_EQ(ready.statistics().permits_free, 4U);
    co_await take(ready, "one");
    EXPECT_EQ(ready.statistics().permits_free, 3U);
  });
}

TEST_P(SemaphoreRelease, OfSeveralGoesToTheWaitersFirst) {
  run_on_loop([&]() -> task<> {
    semaphore ready(0);
    auto first = create_task(take(ready, "1"));
    auto second = create_task(take(ready, "2"));
    co_await wait_all_tasks_blocked();
    ready.release(3);
    EXPECT_EQ(ready.statistics().permits_free, 1U);
    EXPECT_EQ(ready.statistics().tasks_waiting, 0U);
    co_await gather(first, second);
  });

  EXPECT_THAT(log(), ElementsAre("1", "2"));
}

// CPython's test_acquire_cancel_before_awoken.
TEST_P(SemaphoreRelease, SkipsThoseWhoWereCancelledBefore) {
  run_on_loop([&]() -> task<> {
    semaphore permits(0);
    std::vector<task_handle<>> waiting;
    for (const char* name : {"1", "2", "3", "4"}) waiting.push_back(create_task(take(permits, name)));
    co_await wait_all_tasks_blocked();
    waiting[0].cancel();
    waiting[1].cancel();
    permits.release();
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(log(), ElementsAre("3"));
    waiting[3].cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(permits.statistics().tasks_waiting, 0U);
  });
}

// CPython's test_acquire_no_hang: a waiter is cancelled by the one who had the permit before it.
TEST_P(SemaphoreRelease, AHolderThatCancelsTheNextOneLeavesThePermitUsable) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    std::optional<task_handle<>> second;
    auto first = create_task([&]() -> task<> {
      {
        const auto permit = co_await permits.acquire();
        co_await sleep(0s);
        second->cancel();
      }
    });
    second = create_task(take(permits, "must not have it"));
    co_await first;
    EXPECT_THROW(co_await *second, cancelled_error);
    co_await wait_for(take(permits, "third"), 1s);
  });

  EXPECT_THAT(log(), ElementsAre("third"));
}

// CPython's fifo_order_2. There "4" waits until "3", which has its permit already, has run; here a permit
// that nobody waits for is free.
TEST_P(SemaphoreRelease, AFreePermitIsTakenAtOnceByWhoComesAgain) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    const auto twice = [&]() -> task<> {
      co_await take(permits, "2");
      permits.release();
      co_await take(permits, "4");
    };
    auto first = create_task(take(permits, "1"));
    auto second = create_task(twice());
    auto third = create_task(take(permits, "3"));
    co_await wait_all_tasks_blocked();
    permits.release();
    permits.release();
    co_await gather(first, second, third);
  });

  EXPECT_THAT(log(), ElementsAre("1", "2", "4", "3"));
}

TEST_P(SemaphoreRelease, WhoComesAgainWaitsBehindThoseWhoWait) {
  run_on_loop([&]() -> task<> {
    semaphore permits(1);
    const auto twice = [&]() -> task<> {
      co_await take(permits, "2");
      permits.release();
      co_await take(permits, "4");
    };
    co_await take(permits, "1");
    auto second = create_task(twice());
    auto third = create_task(take(permits, "3"));
    co_await wait_all_tasks_blocked();
    permits.release();
    co_await third;
    permits.release();
    co_await second;
  });

  EXPECT_THAT(log(), ElementsAre("1", "2", "3", "4"));
}

// CPython's fifo_order_3.
TEST_P(SemaphoreRelease, KeepsTheOrderOfTheOthersWhenTheFirstIsCancelled) {
  run_on_loop([&]() -> task<> {
    semaphore permits(0);
    auto first = create_task(take(permits, "1"));
    auto second = create_task(take(permits, "2"));
    auto third = create_task(take(permits, "3"));
    co_await wait_all_tasks_blocked();
    first.cancel();
    co_await sleep(0s);
    permits.release();
    permits.release();
    co_await gather(second, third);
  });

  EXPECT_THAT(log(), ElementsAre("2", "3"));
}

// CPython's fifo_order_4: several are woken at once, and a task that the first of them starts runs after
// them.
TEST_P(SemaphoreRelease, SeveralThatAreReleasedAtOnceWakeSeveral) {
  run_on_loop([&]() -> task<> {
    semaphore permits(0);
    std::optional<task_handle<>> fourth;
    auto first = create_task([&]() -> task<> {
      co_await take(permits, "1");
      fourth = create_task([&]() -> task<> {
        note("4");
        co_return;
      });
    });
    auto third = create_task([&]() -> task<> {
      co_await sleep(0s);
      co_await take(permits, "3");
    });
    co_await sleep(0s);
    co_await sleep(0s);
    permits.release(3);
    EXPECT_EQ(permits.statistics().permits_free, 1U);
    co_await take(permits, "2");
    co_await gather(first, third);
    co_await *fourth;
    EXPECT_TRUE(permits.locked());
  });

  EXPECT_THAT(log(), ElementsAre("2", "1", "3", "4"));
}

TEST_P(SemaphoreRelease, WithHoldsAPermitWhileTheBodyRuns) {
  run_on_loop([&]() -> task<> {
    semaphore permits(2);
    const int value = co_await with(permits, [&](semaphore& same) -> task<int> {
      EXPECT_EQ(&same, &permits);
      EXPECT_EQ(permits.statistics().permits_free, 1U);
      co_await sleep(1s);
      co_return 5;
    });
    EXPECT_EQ(value, 5);
    EXPECT_EQ(permits.statistics().permits_free, 2U);

    const auto fails = []() -> task<> {
      throw std::runtime_error("expected");
      co_return;
    };
    EXPECT_THROW(co_await with(permits, fails), std::runtime_error);
    const auto long_stay = []() -> task<> { co_await sleep(1h); };
    EXPECT_THROW(co_await with(timeout(1s), permits, long_stay), timeout_error);
    EXPECT_EQ(permits.statistics().permits_free, 2U);
  });
}

TEST_P(SemaphoreRelease, InAnotherThreadIsRefusedAndChangesNothing) {
  run_on_loop([&]() -> task<> {
    semaphore permits(0);
    auto waiting = create_task(take(permits, "1"));
    co_await wait_all_tasks_blocked();
    as_if_in_another_thread([&] {
      EXPECT_THAT(advice_of([&] { permits.release(); }), HasSubstr("call_soon_threadsafe"));
      EXPECT_THAT(advice_of([&] { run_on_loop([&]() -> task<> { co_await take(permits, "2"); }); }),
                  HasSubstr("give each loop its own"));
    });
    EXPECT_EQ(permits.statistics().tasks_waiting, 1U);
    permits.release();
    co_await waiting;
  });

  EXPECT_THAT(log(), ElementsAre("1"));
}

// 36. CPython's test_release_not_acquired, trio's test_Semaphore_bounded.
TEST_P(BoundedSemaphore, MoreReleasesThanAcquiresAreAnErrorThatChangesNothing) {
  run_on_loop([&]() -> task<> {
    bounded_semaphore permits;
    EXPECT_THROW(permits.release(), invalid_value_error);
    (co_await permits.acquire()).detach();
    EXPECT_TRUE(permits.locked());
    EXPECT_THROW(permits.release(2), invalid_value_error);
    EXPECT_TRUE(permits.locked());
    permits.release();
    EXPECT_THAT(error_of([&] { permits.release(); }), HasSubstr("bounded semaphore"));
    EXPECT_EQ(permits.statistics().permits_free, 1U);
  });
}

TEST_P(BoundedSemaphore, IsASemaphoreInEverythingElse) {
  run_on_loop([&]() -> task<> {
    bounded_semaphore permits(2);
    int inside = 0;
    int most = 0;
    const auto client = [&]() -> task<> {
      co_await with(permits, [&]() -> task<> {
        most = std::max(most, ++inside);
        co_await sleep(1s);
        --inside;
      });
    };
    co_await gather(client(), client(), client(), client(), client());
    EXPECT_EQ(most, 2);
    EXPECT_EQ(permits.statistics().permits_free, 2U);
  });
}

TEST_P(BoundedSemaphore, APermitThatIsPassedOnToAWaiterIsNotOneMore) {
  run_on_loop([&]() -> task<> {
    bounded_semaphore permits(1);
    (co_await permits.acquire()).detach();
    auto waiting = create_task([&]() -> task<> { (co_await permits.acquire()).detach(); });
    co_await wait_all_tasks_blocked();
    permits.release();
    co_await waiting;
    permits.release();
    EXPECT_THROW(permits.release(), invalid_value_error);
  });
}

TEST_P(BoundedSemaphore, ANegativeNumberOfPermitsIsAnError) {
  EXPECT_THROW(bounded_semaphore(-1), invalid_value_error);
  bounded_semaphore none(0);
  EXPECT_TRUE(none.locked());
  EXPECT_THROW(none.release(), invalid_value_error);
}

}  // namespace

// Death tests run on one backend: what they look at is before any.
TEST(BoundedSemaphoreDeath, APermitIsNotReleasedByHandTooUnlessItWasDetached) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   bounded_semaphore permits;
                                   const auto permit = co_await permits.acquire();
                                   permits.release();
                                 }),
               "detach.. it before you call release");
}

TEST(SemaphoreDeath, ASemaphoreIsNotDestroyedWhileTasksWaitForIt) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   auto permits = std::make_unique<semaphore>(0);
                                   auto waiting = create_task([wanted = permits.get()]() -> task<> {
                                     static_cast<void>(co_await wanted->acquire());
                                   });
                                   co_await wait_all_tasks_blocked();
                                   permits.reset();
                                 }),
               "destroyed while tasks wait for it");
}

}  // namespace overlap::asyncio
