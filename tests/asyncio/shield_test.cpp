// tests/asyncio/shield_test.cpp
//
// What no cancellation reaches. Number 34 of requirements §3, restated: the caller waits until the inner work
// is done, gets its value, and stops at the next wait.

#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

class Shield : public LoopTest {
 protected:
  task<int> work(duration length) {
    co_await sleep(length);
    note("inner done");
    co_return 42;
  }
};
INSTANTIATE_TEST_SUITE_P(on, Shield, all_backends(), backend_name);

TEST_P(Shield, GivesTheValueOfWhatItShields) {
  EXPECT_EQ(run_on_loop(shield(work(1s))), 42);
  EXPECT_THROW(run_on_loop(shield([]() -> task<> {
                 throw std::runtime_error("as it is");
                 co_return;
               }())),
               std::runtime_error);
}

// 34.
TEST_P(Shield, TheCallersCancellationWaitsUntilItIsDone) {
  run_on_loop([&]() -> task<> {
    auto caller = create_task([&]() -> task<> {
      note("value " + std::to_string(co_await shield(work(2s))));
      co_await sleep(0s);
      note("caller went on");
    });
    co_await sleep(1s);
    caller.cancel();
    co_await sleep(0s);
    EXPECT_FALSE(caller.done());
    co_await sleep(2s);
    EXPECT_TRUE(caller.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("inner done", "value 42"));
}

TEST_P(Shield, WorksInAScopeThatIsCancelledAlready) {
  run_on_loop([&]() -> task<> {
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      EXPECT_EQ(co_await shield(work(1s)), 42);
      co_await sleep(0s);
      note("went on");
    });
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });

  EXPECT_THAT(log(), ElementsAre("inner done"));
}

// 13. A time limit around a shield passes, but waits for what it shields.
TEST_P(Shield, ATimeLimitOutsideDoesNotReachInside) {
  run_on_loop([&]() -> task<> {
    const auto limited = [&]() -> task<> {
      co_await with(timeout(1s), [&]() -> task<> {
        co_await shield(work(3s));
        co_await sleep(0s);
      });
    };
    EXPECT_THROW(co_await limited(), timeout_error);
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });

  EXPECT_THAT(log(), ElementsAre("inner done"));
}

TEST_P(Shield, ATimeLimitInsideStillCounts) {
  run_on_loop([&]() -> task<> {
    EXPECT_THROW(static_cast<void>(co_await shield(wait_for(work(3s), 1s))), timeout_error);
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
}

TEST_P(Shield, AGroupInsideIsShieldedWithItsChildren) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    co_await with(scope, [&]() -> task<> {
      co_await shield(with(task_group(), [&](task_group& group) -> task<> {
        group.create_task(work(1s));
        group.create_task(work(2s));
        scope.cancel();
        co_await sleep(0s);
        note("body went on");
      }));
      note("delivered");
      co_await sleep(0s);
      note("went on");
    });
  });

  EXPECT_THAT(log(), ElementsAre("body went on", "inner done", "inner done", "delivered"));
}

// 34.
TEST_P(Shield, AnErrorInsideIsThrownEvenIfTheCallerIsCancelled) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    co_await with(scope, [&]() -> task<> {
      const auto fails = []() -> task<> {
        co_await sleep(1s);
        throw std::runtime_error("inner");
      };
      scope.cancel();
      EXPECT_THROW(co_await shield(fails()), std::runtime_error);
      note("caught");
      co_await sleep(0s);
      note("went on");
    });
    EXPECT_TRUE(scope.cancelled_caught());
  });

  EXPECT_THAT(log(), ElementsAre("caught"));
}

// 34. A shield protects the wait, not somebody else's task: cancelling that by its handle still works.
TEST_P(Shield, OfAHandleThrowsIfItsTaskIsCancelled) {
  run_on_loop([&]() -> task<> {
    auto inner = create_task(work(1h));
    create_task([&]() -> task<> {
      co_await sleep(1s);
      inner.cancel();
    });
    EXPECT_THROW(static_cast<void>(co_await shield(inner)), cancelled_error);
    note("caller goes on");
  });

  EXPECT_THAT(log(), ElementsAre("caller goes on"));
}

TEST_P(Shield, AScopeInsideCanStillBeCancelled) {
  run_on_loop([&]() -> task<> {
    co_await shield(with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await sleep(1h);
      note("went on");
    }));
    note("left");
  });

  EXPECT_THAT(log(), ElementsAre("left"));
}

}  // namespace
}  // namespace overlap::asyncio
