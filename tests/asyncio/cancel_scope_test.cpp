// tests/asyncio/cancel_scope_test.cpp
//
// The explicit scope: what it gives, what it remembers, and its misuse.
// Numbers are the lines of requirements §3.

#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(CancelScope);

TEST_P(CancelScope, GivesTheValueOfABodyThatEnds) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    const std::optional<int> value = co_await with(scope, []() -> task<int> {
      co_await sleep(1s);
      co_return 3;
    });
    EXPECT_EQ(value, 3);
    EXPECT_FALSE(scope.cancel_called());
    EXPECT_FALSE(scope.cancelled_caught());
  });
}

TEST_P(CancelScope, GivesNothingWhenItWasCancelled) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    const std::optional<int> value = co_await with(scope, [&]() -> task<int> {
      scope.cancel("enough");
      co_await sleep(1s);
      co_return 3;
    });
    EXPECT_EQ(value, std::nullopt);
    EXPECT_TRUE(scope.cancel_called());
    EXPECT_TRUE(scope.cancelled_caught());
    EXPECT_EQ(testing::now().since_start(), duration());
  });
}

TEST_P(CancelScope, GivesAReferenceAsAPointer) {
  int number = 5;

  run_on_loop([&]() -> task<> {
    int* found = co_await with(cancel_scope(), [&]() -> task<int&> { co_return number; });
    EXPECT_EQ(found, &number);
    int* nothing = co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<int&> {
      scope.cancel();
      co_await sleep(0s);
      co_return number;
    });
    EXPECT_EQ(nothing, nullptr);
  });
}

// 3. Python takes a cancellation back by uncancel(); here it ends with its scope.
TEST_P(CancelScope, AValueThatCameBeforeTheNextWaitIsKept) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    const std::optional<int> value = co_await with(scope, [&]() -> task<int> {
      scope.cancel();
      co_return 3;
    });
    EXPECT_EQ(value, 3);
    EXPECT_TRUE(scope.cancel_called());
    EXPECT_FALSE(scope.cancelled_caught());
  });
}

TEST_P(CancelScope, CancelledBeforeEnteringRunsToTheFirstWait) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    scope.cancel();
    co_await with(scope, [&]() -> task<> {
      note("started");
      co_await sleep(0s);
      note("went on");
    });
    EXPECT_TRUE(scope.cancelled_caught());
  });

  EXPECT_THAT(log(), ElementsAre("started"));
}

TEST_P(CancelScope, CancelledAfterLeavingDoesNothing) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    co_await with(scope, []() -> task<> { co_await sleep(0s); });

    scope.cancel();

    EXPECT_FALSE(scope.cancel_called());
    co_await sleep(0s);
    note("went on");
  });

  EXPECT_THAT(log(), ElementsAre("went on"));
}

TEST_P(CancelScope, CanBeCancelledByAnotherTask) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    create_task([&]() -> task<> {
      co_await sleep(10s);
      scope.cancel();
    });
    co_await with(scope, []() -> task<> { co_await sleep(1h); });
    EXPECT_TRUE(scope.cancelled_caught());
    EXPECT_EQ(testing::now().since_start(), duration(10s));
  });
}

TEST_P(CancelScope, EnteredTwiceIsAnError) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    const auto body = []() -> task<> { co_await sleep(0s); };
    co_await with(scope, body);
    EXPECT_THROW(co_await with(scope, body), invalid_state_error);
  });
}

TEST_P(CancelScope, EnteredInsideItselfIsAnErrorAndTheOuterOneGoesOn) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    co_await with(scope, [&]() -> task<> {
      const auto body = []() -> task<> { co_await sleep(0s); };
      EXPECT_THROW(co_await with(scope, body), invalid_state_error);
      co_await sleep(0s);
      scope.cancel();
      note("cancelled");
      co_await sleep(0s);
      note("went on");
    });
    EXPECT_TRUE(scope.cancelled_caught());
  });

  EXPECT_THAT(log(), ElementsAre("cancelled"));
}

TEST_P(CancelScope, ACallableThatThrowsInsteadOfReturningATaskIsAnErrorOfTheBody) {
  run_on_loop([&]() -> task<> {
    const auto throws = []() -> task<> { throw std::runtime_error("no coroutine"); };
    EXPECT_THROW(co_await with(cancel_scope(), throws), std::runtime_error);
    co_await sleep(0s);
    note("went on");
  });

  EXPECT_THAT(log(), ElementsAre("went on"));
}

TEST_P(CancelScope, AThousandNestedScopesAreStoppedTogether) {
  run_on_loop([&]() -> task<> {
    cancel_scope outermost;
    int ended = 0;
    struct nest {
      static task<> of(int depth, int& count) {
        struct counted {
          int* count;
          ~counted() { ++*count; }
        };
        const counted end{&count};
        if (depth == 0) {
          co_await sleep(1h);
        } else {
          co_await with(cancel_scope(), [&] { return of(depth - 1, count); });
        }
        ADD_FAILURE() << "went on at depth " << depth;
      }
    };
    create_task([&]() -> task<> {
      co_await wait_all_tasks_blocked();
      outermost.cancel();
    });

    co_await with(outermost, [&] { return nest::of(1000, ended); });

    EXPECT_TRUE(outermost.cancelled_caught());
    EXPECT_EQ(ended, 1001);
  });

  EXPECT_THAT(log(), IsEmpty());
}

}  // namespace
}  // namespace overlap::asyncio
