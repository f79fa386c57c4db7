// tests/asyncio/finally_test.cpp
//
// Cleanup that waits: on every path, shielded, for a bounded time.

#include <stdexcept>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

class Finally : public LoopTest {
 public:
  task<> noted_cleanup() {
    co_await sleep(1s);
    note("cleaned up");
  }
  static task<> fails_in_cleanup() {
    co_await sleep(1s);
    throw std::logic_error("cleanup");
  }
  static task<> sleeps_for_an_hour() { co_await sleep(1h); }
  static task<> fails() {
    co_await sleep(1s);
    throw std::runtime_error("body");
  }

  /// Cancels `body` after ten seconds; true if it was stopped.
  template <class Body>
  task<bool> stopped_after_ten_seconds(Body body) {
    cancel_scope scope;
    create_task([&]() -> task<> {
      co_await sleep(10s);
      scope.cancel("ten seconds");
    });
    co_await with(scope, body);
    co_return scope.cancelled_caught();
  }
};
INSTANTIATE_TEST_SUITE_P(on, Finally, all_backends(), backend_name);

TEST_P(Finally, RunsAfterAValue) {
  run_on_loop([&]() -> task<> {
    const int value = co_await finally([]() -> task<int> { co_return 3; }, [&] { return noted_cleanup(); });
    note("value " + std::to_string(value));
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up", "value 3"));
}

TEST_P(Finally, RunsAfterAnError) {
  run_on_loop([&]() -> task<> {
    EXPECT_THROW(co_await finally(&fails, [&] { return noted_cleanup(); }), std::runtime_error);
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

TEST_P(Finally, RunsAfterAStopAndTheStopGoesOn) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      co_await finally(&sleeps_for_an_hour, [&] { return noted_cleanup(); });
      note("went on");
    }));
    EXPECT_EQ(testing::now().since_start(), duration(11s));
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

TEST_P(Finally, RunsWhenTheCallableThrowsInsteadOfReturningATask) {
  run_on_loop([&]() -> task<> {
    const auto throws = []() -> task<> { throw std::runtime_error("no coroutine"); };
    EXPECT_THROW(co_await finally(throws, [&] { return noted_cleanup(); }), std::runtime_error);
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up"));
}

TEST_P(Finally, AnErrorOfTheCleanupIsThrown) {
  run_on_loop([&]() -> task<> {
    EXPECT_THROW(co_await finally([]() -> task<int> { co_return 1; }, &fails_in_cleanup), std::logic_error);
  });
}

TEST_P(Finally, BothErrorsAreThrownAsAGroupTheBodysFirst) {
  run_on_loop([&]() -> task<> {
    try {
      co_await finally(&fails, &fails_in_cleanup);
      ADD_FAILURE() << "both failed";
    } catch (const exception_group& both) {
      EXPECT_EQ(both.exceptions().size(), 2U);
      EXPECT_THROW(std::rethrow_exception(both.exceptions()[0]), std::runtime_error);
      EXPECT_THROW(std::rethrow_exception(both.exceptions()[1]), std::logic_error);
    }
  });
}

// 11.
TEST_P(Finally, AnErrorOfTheCleanupIsThrownIntoACancelledTaskWhichStopsAtItsNextWait) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      try {
        co_await finally(&sleeps_for_an_hour, &fails_in_cleanup);
      } catch (const std::logic_error&) {
        note("thrown");
      }
      co_await sleep(0s);
      note("went on");
    }));
  });

  EXPECT_THAT(log(), ElementsAre("thrown"));
}

TEST_P(Finally, CleanupThatHasBegunIsNotStoppedByACancellation) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      co_await finally([]() -> task<> { co_await sleep(9s); },
                       [&]() -> task<> {
                         co_await sleep(5s);
                         note("cleaned up");
                       });
      note("value");
      co_await sleep(0s);
      note("went on");
    }));
    EXPECT_EQ(testing::now().since_start(), duration(14s));
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up", "value"));
}

TEST_P(Finally, CleanupOfACancelledTaskHasItsGraceAndThenIsStopped) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      try {
        co_await finally(&sleeps_for_an_hour, [&]() -> task<> {
          co_await sleep(1h);
          note("cleaned up");
        });
      } catch (const timeout_error&) {
        note("too slow");
      }
      EXPECT_EQ(testing::now().since_start(), duration(40s));
      co_await sleep(0s);
      note("went on");
    }));
  });

  EXPECT_THAT(log(), ElementsAre("too slow"));
}

TEST_P(Finally, TheGraceCountsFromTheCancellationEvenInTheMiddleOfTheCleanup) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      const auto body = []() -> task<> { co_return; };
      const auto cleanup = []() -> task<> { co_await sleep(1h); };
      EXPECT_THROW(co_await finally(body, cleanup, {.grace = 2s}), timeout_error);
      EXPECT_EQ(testing::now().since_start(), duration(12s));
      co_await sleep(0s);
    }));
  });
}

TEST_P(Finally, WithoutACancellationCleanupHasAllTheTimeItNeeds) {
  run_on_loop([&]() -> task<> {
    const auto body = []() -> task<> { co_return; };
    co_await finally(body, &sleeps_for_an_hour, {.grace = 1s});
    EXPECT_EQ(testing::now().since_start(), duration(1h));
  });
}

TEST_P(Finally, AnInfiniteGraceIsNone) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      co_await finally(&sleeps_for_an_hour, &sleeps_for_an_hour, {.grace = duration::infinite()});
    }));
    EXPECT_EQ(testing::now().since_start(), duration(1h + 10s));
  });
}

TEST_P(Finally, AGraceOfZeroStopsTheFirstWait) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      const auto cleanup = [&]() -> task<> {
        note("begun");
        co_await sleep(1s);
        note("went on");
      };
      EXPECT_THROW(co_await finally(&sleeps_for_an_hour, cleanup, {.grace = 0s}), timeout_error);
      co_await sleep(0s);
    }));
    EXPECT_EQ(testing::now().since_start(), duration(10s));
  });

  EXPECT_THAT(log(), ElementsAre("begun"));
}

// 17.
TEST_P(Finally, CleanupMayUseScopesOfItsOwn) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      co_await finally(&sleeps_for_an_hour, [&]() -> task<> {
        EXPECT_THROW(co_await wait_for(sleep(5s), 1s), timeout_error);
        co_await gather(noted_cleanup(), noted_cleanup());
      });
    }));
    EXPECT_EQ(testing::now().since_start(), duration(12s));
  });

  EXPECT_THAT(log(), ElementsAre("cleaned up", "cleaned up"));
}

TEST_P(Finally, NestedCleanupsRunInnermostFirstEachWithItsGrace) {
  run_on_loop([&]() -> task<> {
    EXPECT_TRUE(co_await stopped_after_ten_seconds([&]() -> task<> {
      co_await finally(
          [&]() -> task<> {
            co_await finally(&sleeps_for_an_hour, [&]() -> task<> {
              co_await sleep(20s);
              note("inner");
            });
          },
          [&]() -> task<> {
            co_await sleep(20s);
            note("outer");
          });
    }));
    EXPECT_EQ(testing::now().since_start(), duration(50s));
  });

  EXPECT_THAT(log(), ElementsAre("inner", "outer"));
}

}  // namespace
}  // namespace overlap::asyncio
