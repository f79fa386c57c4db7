// tests/asyncio/timeout_test.cpp
//
// Time limits as scopes. Numbers are the lines of requirements §3, restated for a stop that cannot be caught.

#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Timeout : public LoopTest {
 public:
  static task<> sleeps_for_an_hour() { co_await sleep(1h); }
  static duration elapsed() { return testing::now().since_start(); }
};
INSTANTIATE_TEST_SUITE_P(on, Timeout, all_backends(), backend_name);

TEST_P(Timeout, StopsTheBodyAndThrowsOutside) {
  run_on_loop([&]() -> task<> {
    timeout limit(3s);
    try {
      co_await with(limit, [&]() -> task<> {
        co_await sleep(1h);
        note("went on");
      });
      ADD_FAILURE() << "an hour is more than three seconds";
    } catch (const timeout_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("3 s"));
    }
    EXPECT_TRUE(limit.expired());
    EXPECT_EQ(elapsed(), duration(3s));
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(Timeout, GivesTheValueOfABodyThatIsFastEnough) {
  run_on_loop([&]() -> task<> {
    timeout limit(3s);
    const int value = co_await with(limit, []() -> task<int> {
      co_await sleep(2s);
      co_return 5;
    });
    EXPECT_EQ(value, 5);
    EXPECT_FALSE(limit.expired());
    EXPECT_EQ(limit.when(), time_point(duration(3s)));
    co_await sleep(10s);  // its timer is gone
    EXPECT_FALSE(limit.expired());
  });
}

TEST_P(Timeout, AtAMomentStopsAtThatMoment) {
  run_on_loop([&]() -> task<> {
    co_await sleep(5s);
    EXPECT_THROW(co_await with(timeout_at(time_point(duration(8s))), &sleeps_for_an_hour), timeout_error);
    EXPECT_EQ(elapsed(), duration(8s));
    EXPECT_THROW(co_await with(timeout_at(time_point(duration(1s))), &sleeps_for_an_hour), timeout_error);
    EXPECT_EQ(elapsed(), duration(8s));
  });
}

// 9. The error comes when the cleanup has ended, however slow it is.
TEST_P(Timeout, IsThrownAfterTheCleanup) {
  run_on_loop([&]() -> task<> {
    const auto body = [&]() -> task<> {
      co_await finally(&sleeps_for_an_hour, [&]() -> task<> {
        co_await sleep(5s);
        note("cleaned up");
      });
    };
    EXPECT_THROW(co_await with(timeout(1s), body), timeout_error);
    EXPECT_EQ(elapsed(), duration(6s));
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

// 10. A stop cannot be swallowed, but a body whose last wait was shielded has a value when it ends.
TEST_P(Timeout, ABodyThatEndsWithAValueInSpiteOfTheLimitKeepsIt) {
  run_on_loop([&]() -> task<> {
    timeout limit(1s);
    const int value = co_await with(limit, []() -> task<int> {
      co_await shield(sleep(2s));
      co_return 42;
    });
    EXPECT_EQ(value, 42);
    EXPECT_TRUE(limit.expired());
  });
}

// 11.
TEST_P(Timeout, AnErrorOfTheCleanupWinsOverTheTimeout) {
  run_on_loop([&]() -> task<> {
    const auto body = [&]() -> task<> {
      co_await finally(&sleeps_for_an_hour, []() -> task<> {
        co_await sleep(0s);
        throw std::runtime_error("cleanup");
      });
    };
    EXPECT_THROW(co_await with(timeout(1s), body), std::runtime_error);
  });
}

// 12. The value is there, so it is delivered; the stop comes at the next wait.
TEST_P(Timeout, CancelledFromOutsideInTheTurnInWhichTheBodyEnds) {
  run_on_loop([&]() -> task<> {
    auto inner = create_task([]() -> task<int> {
      co_await sleep(1s);
      co_return 42;
    });
    auto waiting = create_task([&]() -> task<> {
      note("got " + std::to_string(co_await wait_for(inner, 10s)));
      co_await sleep(0s);
      note("went on");
    });
    co_await sleep(0s);
    co_await sleep(1s);
    waiting.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_EQ(inner.result(), 42);
  });

  EXPECT_THAT(log(), ElementsAre("got 42"));
}

// 14.
TEST_P(Timeout, AnErrorOfTheBodyPassesAsItIs) {
  run_on_loop([&]() -> task<> {
    timeout limit(10s);
    const auto fails = []() -> task<> {
      co_await sleep(1s);
      throw std::runtime_error("its own");
    };
    EXPECT_THROW(co_await with(limit, fails), std::runtime_error);
    EXPECT_FALSE(limit.expired());
  });
}

// 14.
TEST_P(Timeout, ACancellationFromOutsideGoesOnOutwards) {
  run_on_loop([&]() -> task<> {
    timeout limit(10s);
    cancel_scope scope;
    create_task([&]() -> task<> {
      co_await sleep(1s);
      scope.cancel();
    });
    co_await with(scope, [&]() -> task<> {
      co_await with(limit, &sleeps_for_an_hour);
      note("went on");
    });
    EXPECT_TRUE(scope.cancelled_caught());
    EXPECT_FALSE(limit.expired());
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 15.
TEST_P(Timeout, OfTwoLimitsThatPassAtOnceOnlyTheOuterOneThrows) {
  run_on_loop([&]() -> task<> {
    timeout outer(5s);
    timeout inner(5s);
    const auto body = [&]() -> task<> {
      try {
        co_await with(inner, &sleeps_for_an_hour);
      } catch (const timeout_error&) {
        note("inner");
      }
      note("went on");
    };
    try {
      co_await with(outer, body);
    } catch (const timeout_error&) {
      note("outer");
    }
    EXPECT_TRUE(outer.expired());
    EXPECT_TRUE(inner.expired());
  });

  EXPECT_THAT(log(), ElementsAre("outer"));
}

// 15.
TEST_P(Timeout, TheShorterInnerLimitThrowsAndTheOuterOneStaysArmed) {
  run_on_loop([&]() -> task<> {
    const auto body = [&]() -> task<> {
      EXPECT_THROW(co_await with(timeout(2s), &sleeps_for_an_hour), timeout_error);
      note("inner at 2");
      EXPECT_EQ(elapsed(), duration(2s));
      co_await sleep(1h);
      note("went on");
    };
    EXPECT_THROW(co_await with(timeout(5s), body), timeout_error);
    EXPECT_EQ(elapsed(), duration(5s));
  });

  EXPECT_THAT(log(), ElementsAre("inner at 2"));
}

TEST_P(Timeout, TheOuterLimitThatPassesWhileTheInnerOneCleansUpWins) {
  run_on_loop([&]() -> task<> {
    timeout inner(1s);
    const auto body = [&]() -> task<> {
      co_await with(inner, [&]() -> task<> {
        co_await finally(&sleeps_for_an_hour, [&]() -> task<> { co_await sleep(10s); });
      });
      note("went on");
    };
    EXPECT_THROW(co_await with(timeout(5s), body), timeout_error);
    EXPECT_TRUE(inner.expired());
    EXPECT_EQ(elapsed(), duration(11s));
  });

  EXPECT_THAT(log(), IsEmpty());
}

// 16.
TEST_P(Timeout, OfZeroOrLessStopsTheFirstWaitOnly) {
  run_on_loop([&]() -> task<> {
    for (const duration none : {duration(0s), duration(-1s)}) {
      timeout limit(none);
      const auto body = [&]() -> task<> {
        note("started");
        co_await sleep(0s);
        note("went on");
      };
      EXPECT_THROW(co_await with(limit, body), timeout_error);
      EXPECT_TRUE(limit.expired());

      EXPECT_EQ(co_await with(timeout(none), []() -> task<int> { co_return 4; }), 4);
    }
    EXPECT_EQ(elapsed(), duration());
  });

  EXPECT_THAT(log(), ElementsAre("started", "started"));
}

// 16.
TEST_P(Timeout, OfInfinityNeverPasses) {
  run_on_loop([&]() -> task<> {
    timeout limit(duration::infinite());
    co_await with(limit, []() -> task<> { co_await sleep(24h * 365); });
    EXPECT_FALSE(limit.expired());
    EXPECT_TRUE(limit.when().is_never());
  });
}

// 16.
TEST_P(Timeout, CanBeMovedWhileTheBodyRuns) {
  run_on_loop([&]() -> task<> {
    timeout limit(1s);
    const auto body = [&]() -> task<> {
      limit.reschedule(time_point(duration(5s)));
      co_await sleep(3s);
      note("still here");
      limit.reschedule(time_point(duration(4s)));
      co_await sleep(1h);
    };
    EXPECT_THROW(co_await with(limit, body), timeout_error);
    EXPECT_EQ(elapsed(), duration(4s));
  });

  EXPECT_THAT(log(), ElementsAre("still here"));
}

TEST_P(Timeout, CanBeMovedToNeverAndIntoThePast) {
  run_on_loop([&]() -> task<> {
    timeout limit(1s);
    const auto body = [&]() -> task<> {
      limit.reschedule(time_point::never());
      co_await sleep(10s);
      limit.reschedule(time_point(duration(2s)));
      EXPECT_TRUE(limit.expired());
      note("at the next wait");
      co_await sleep(0s);
      note("went on");
    };
    EXPECT_THROW(co_await with(limit, body), timeout_error);
    EXPECT_EQ(elapsed(), duration(10s));
  });

  EXPECT_THAT(log(), ElementsAre("at the next wait"));
}

// 16.
TEST_P(Timeout, CannotBeMovedBeforeAfterOrWhenItHasPassed) {
  run_on_loop([&]() -> task<> {
    const time_point later(duration(100s));
    timeout limit(1s);
    EXPECT_THROW(limit.reschedule(later), invalid_state_error);

    const auto body = [&]() -> task<> {
      co_await finally(&sleeps_for_an_hour, [&]() -> task<> {
        EXPECT_TRUE(limit.expired());
        EXPECT_THROW(limit.reschedule(later), invalid_state_error);
        co_return;
      });
    };
    EXPECT_THROW(co_await with(limit, body), timeout_error);

    EXPECT_THROW(limit.reschedule(later), invalid_state_error);
  });
}

// 16.
TEST_P(Timeout, CannotBeEnteredTwice) {
  run_on_loop([&]() -> task<> {
    timeout limit(1s);
    const auto body = []() -> task<> { co_return; };
    co_await with(limit, body);
    EXPECT_THROW(co_await with(limit, body), invalid_state_error);
  });
}

// 17.
TEST_P(Timeout, AfterOneThatPassedTheTaskIsNotCancelled) {
  run_on_loop([&]() -> task<> {
    for (int round = 0; round < 3; ++round) {
      EXPECT_THROW(co_await with(timeout(1s), &sleeps_for_an_hour), timeout_error);
      co_await sleep(1s);
      note("went on");
    }
  });

  EXPECT_THAT(log(), ElementsAre("went on", "went on", "went on"));
}

// 18.
TEST_P(Timeout, CannotBeCaughtInside) {
  run_on_loop([&]() -> task<> {
    const auto body = [&]() -> task<> {
      try {
        co_await sleep(1h);
      } catch (...) {
        note("caught inside");
      }
    };
    EXPECT_THROW(co_await with(timeout(1s), body), timeout_error);
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(Timeout, ReachesEverythingThatWasStartedInside) {
  run_on_loop([&]() -> task<> {
    const auto body = [&]() -> task<> {
      co_await with(task_group(), [&](task_group& group) -> task<> {
        for (int child = 0; child < 3; ++child) group.create_task(sleeps_for_an_hour());
        co_await gather(sleeps_for_an_hour(), sleeps_for_an_hour());
      });
    };
    EXPECT_THROW(co_await with(timeout(1s), body), timeout_error);
    EXPECT_EQ(elapsed(), duration(1s));
  });
}

}  // namespace
}  // namespace overlap::asyncio
