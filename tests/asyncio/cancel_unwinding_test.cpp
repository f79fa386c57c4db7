// tests/asyncio/cancel_unwinding_test.cpp
//
// A stop destroys the frames of a chain, innermost first, and runs nothing but destructors (design §4.3).
// Each test stops a task inside one kind of expression; with address sanitizer a temporary that is destroyed
// twice or never is an error of its own.

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <tuple>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CancelUnwinding : public LoopTest {
 public:
  [[nodiscard]] noted_end noted(std::string name) { return {record_, std::move(name)}; }
  [[nodiscard]] const std::vector<std::string>& ended() const { return record_; }
  void happened(const char* what) { record_.emplace_back(what); }

  /// Runs `body` until it waits, cancels it, and expects that it was stopped.
  template <class Body>
  void stop_in(Body body) {
    run_on_loop([&]() -> task<> {
      auto stopped = create_task(body);
      co_await wait_all_tasks_blocked();
      EXPECT_TRUE(stopped.cancel("the test says so"));
      co_await sleep(1min);  // for cleanup that waits
      EXPECT_TRUE(stopped.cancelled());
    });
  }

  /// Waits for ever, with a parameter that lives in its frame.
  task<int> wait_with(noted_end parameter) {
    static_cast<void>(parameter);
    co_await sleep(duration::infinite());
    happened("went on");
    co_return 1;
  }

 private:
  std::vector<std::string> record_;
};
INSTANTIATE_TEST_SUITE_P(on, CancelUnwinding, all_backends(), backend_name);

TEST_P(CancelUnwinding, DestroysInnermostFirstAndRunsNothingElse) {
  const auto inner = [&]() -> task<> {
    const noted_end first = noted("inner first");
    const noted_end second = noted("inner second");
    co_await sleep(1h);
    happened("inner went on");
  };
  const auto middle = [&]() -> task<> {
    const noted_end local = noted("middle");
    co_await inner();
    happened("middle went on");
  };

  stop_in([&]() -> task<> {
    const noted_end local = noted("outer");
    co_await middle();
    happened("outer went on");
  });

  EXPECT_THAT(ended(), ElementsAre("inner second", "inner first", "middle", "outer"));
}

TEST_P(CancelUnwinding, NoHandlerSeesIt) {
  stop_in([&]() -> task<> {
    for (;;) {
      try {
        co_await wait_with(noted("parameter"));
      } catch (...) {
        happened("caught");
      }
      happened("went on");
    }
  });

  EXPECT_THAT(ended(), ElementsAre("parameter"));
}

TEST_P(CancelUnwinding, ErrorsOfDestructorsThatAreCaughtInsideStayInside) {
  struct throws_and_catches {
    CancelUnwinding* test;
    ~throws_and_catches() {
      try {
        throw std::runtime_error("inside");
      } catch (const std::runtime_error&) {
        test->happened("handled");
      }
    }
  };

  stop_in([&]() -> task<> {
    const throws_and_catches local{this};
    co_await sleep(1h);
  });

  EXPECT_THAT(ended(), ElementsAre("handled"));
}

TEST_P(CancelUnwinding, DestroysTheArgumentsThatWereThereAlready) {
  const auto consume = [&](const noted_end&, int, const noted_end&) { happened("consumed"); };

  stop_in([&]() -> task<> {
    const noted_end local = noted("local");
    consume(noted("temporary"), co_await wait_with(noted("parameter")), noted("temporary"));
  });

  // The order in which arguments are evaluated is the compiler's: one temporary, both or none may exist.
  ASSERT_GE(ended().size(), 2U);
  EXPECT_EQ(std::count(ended().begin(), ended().end(), "parameter"), 1);
  EXPECT_EQ(ended().back(), "local");
  EXPECT_THAT(ended(), ::testing::Not(::testing::Contains("consumed")));
}

TEST_P(CancelUnwinding, ConditionalOperatorDestroysOnlyTheBranchThatWasTaken) {
  bool yes = true;

  stop_in([&]() -> task<> {
    const noted_end local = noted("local");
    const int value = yes ? co_await wait_with(noted("taken"))
                          : (static_cast<void>(noted("other")), co_await wait_with(noted("other")));
    happened(value == 0 ? "zero" : "not zero");
  });

  EXPECT_THAT(ended(), ElementsAre("taken", "local"));
}

// With g++ 12 an awaiting operand may have temporaries and the others may not: a temporary to its right is
// made too early, and one to its left in the condition of an `if` is an internal compiler error.
TEST_P(CancelUnwinding, ShortCircuitOperatorsDestroyWhatWasEvaluated) {
  bool yes = true;

  stop_in([&]() -> task<> {
    const noted_end local = noted("local");
    if (yes && co_await wait_with(noted("right")) != 0 && co_await wait_with(noted("never")) != 0) {
      happened("went on");
    }
  });

  EXPECT_THAT(ended(), ElementsAre("right", "local"));
}

TEST_P(CancelUnwinding, StructuredBindingsAreDestroyed) {
  stop_in([&]() -> task<> {
    const auto [first, second] = std::make_tuple(noted("tuple"), 2);
    static_cast<void>(first);
    co_await wait_with(noted("parameter"));
    happened(second == 2 ? "two" : "not two");
  });

  EXPECT_THAT(ended(), ElementsAre("parameter", "tuple"));
}

TEST_P(CancelUnwinding, RangeForDestroysItsTemporaryRange) {
  const auto make_range = [&] {
    std::vector<noted_end> range;
    range.push_back(noted("element 1"));
    range.push_back(noted("element 2"));
    return range;
  };

  stop_in([&]() -> task<> {
    for (const noted_end& each : make_range()) {
      static_cast<void>(each);
      co_await wait_with(noted("parameter"));
      happened("went on");
    }
  });

  EXPECT_THAT(ended(), ElementsAre("parameter", "element 1", "element 2"));
}

TEST_P(CancelUnwinding, SwitchAndInitializersDestroyTheirVariables) {
  stop_in([&]() -> task<> {
    switch (const noted_end outer = noted("switch"); co_await wait_with(noted("parameter"))) {
      default:
        happened("went on");
    }
  });

  EXPECT_THAT(ended(), ElementsAre("parameter", "switch"));
}

TEST_P(CancelUnwinding, ReturnValueThatNeverCameIsNotDestroyed) {
  const auto gives = [&]() -> task<noted_end> {
    co_await sleep(1h);
    co_return noted("value");
  };

  stop_in([&]() -> task<> {
    const noted_end value = co_await gives();
    happened("went on");
  });

  EXPECT_THAT(ended(), IsEmpty());
}

TEST_P(CancelUnwinding, AKeptClosureIsDestroyedOnceAfterItsFrame) {
  run_on_loop([&]() -> task<> {
    auto shared = std::make_shared<int>(1);
    auto stopped =
        create_task([this, shared, end = std::make_shared<noted_end>(noted("closure"))]() -> task<> {
          const noted_end local = noted("local");
          co_await sleep(1h);
        });
    co_await wait_all_tasks_blocked();
    EXPECT_GT(shared.use_count(), 1);

    stopped.cancel();
    co_await wait_all_tasks_blocked();

    EXPECT_EQ(shared.use_count(), 1);
  });

  EXPECT_THAT(ended(), ElementsAre("local", "closure"));
}

TEST_P(CancelUnwinding, KeptArgumentsOfATaskAreDestroyedOnce) {
  run_on_loop([&]() -> task<> {
    auto stopped =
        create_task([](CancelUnwinding* test,
                       noted_end argument) -> task<> { co_await test->wait_with(std::move(argument)); },
                    this, noted("argument"));
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(ended(), IsEmpty());
    stopped.cancel();
    co_await wait_all_tasks_blocked();
  });

  EXPECT_THAT(ended(), ElementsAre("argument"));
}

TEST_P(CancelUnwinding, GoesThroughScopesFinallyAndGroupsInOrder) {
  stop_in([&]() -> task<> {
    const noted_end local = noted("outer");
    co_await with(timeout(10h), [&]() -> task<> {
      const noted_end in_timeout = noted("in timeout");
      co_await with(task_group(), [&](task_group& group) -> task<> {
        const noted_end in_group = noted("in group");
        group.create_task([this]() -> task<> { co_await wait_with(noted("child")); });
        co_await finally(
            [&]() -> task<> {
              const noted_end in_body = noted("body");
              co_await sleep(1h);
            },
            [&]() -> task<> {
              co_await sleep(1s);
              happened("cleaned up");
            });
      });
    });
  });

  EXPECT_THAT(ended(), ElementsAre("body", "child", "cleaned up", "in group", "in timeout", "outer"));
}

TEST_P(CancelUnwinding, EveryChildOfAGatherIsStoppedAndTheirFramesAreGone) {
  stop_in([&]() -> task<> {
    const noted_end local = noted("outer");
    co_await gather(wait_with(noted("first")), wait_with(noted("second")));
  });

  EXPECT_THAT(ended(), ::testing::UnorderedElementsAre("first", "second", "outer"));
  EXPECT_EQ(ended().back(), "outer");
}

TEST_P(CancelUnwinding, ATaskThatHasNotStartedRunsToItsFirstWait) {
  // 1. Python never runs it; here its body has the chance to take over what it was given.
  run_on_loop([&]() -> task<> {
    auto stopped = create_task([this]() -> task<> {
      happened("started");
      const noted_end local = noted("local");
      co_await sleep(0s);
      happened("went on");
    });
    stopped.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(stopped.cancelled());
  });

  EXPECT_THAT(ended(), ElementsAre("started", "local"));
}

}  // namespace
}  // namespace overlap::asyncio
