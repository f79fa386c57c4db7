// tests/asyncio/with_test.cpp
//
// `with` and resources of one's own: entered, used, left on every path, in reverse order.

#include <memory>
#include <stdexcept>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

class With : public LoopTest {
 public:
  /// A resource that takes a second to enter and to leave, and notes both.
  class connection {
   public:
    connection(With& test, std::string name) : test_(&test), name_(std::move(name)) {}
    task<> enter() {
      co_await sleep(1s);
      test_->note("enter " + name_);
    }
    task<> leave() {
      co_await sleep(1s);
      test_->note("leave " + name_);
    }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

   private:
    With* test_;
    std::string name_;
  };

  using LoopTest::note;
};
INSTANTIATE_TEST_SUITE_P(on, With, all_backends(), backend_name);

TEST_P(With, GivesTheValueOfTheBodyAfterLeaving) {
  run_on_loop([&]() -> task<> {
    const int value = co_await with(connection(*this, "a"), [&](connection& entered) -> task<int> {
      note("body " + entered.name());
      co_await sleep(1s);
      co_return 3;
    });
    note("value " + std::to_string(value));
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });

  EXPECT_THAT(log(), ElementsAre("enter a", "body a", "leave a", "value 3"));
}

TEST_P(With, GivesMoveOnlyValuesAndReferences) {
  int number = 1;

  run_on_loop([&]() -> task<> {
    auto moved = co_await with(connection(*this, "a"),
                               []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); });
    EXPECT_EQ(*moved, 7);
    int& same = co_await with(connection(*this, "b"), [&]() -> task<int&> { co_return number; });
    EXPECT_EQ(&same, &number);
  });
}

TEST_P(With, LeavesWhenTheBodyFails) {
  run_on_loop([&]() -> task<> {
    const auto fails = []() -> task<> {
      co_await sleep(1s);
      throw std::runtime_error("expected");
    };
    EXPECT_THROW(co_await with(connection(*this, "a"), fails), std::runtime_error);
  });

  EXPECT_THAT(log(), ElementsAre("enter a", "leave a"));
}

TEST_P(With, LeavesWhenTheBodyIsStoppedAndFinishesLeaving) {
  run_on_loop([&]() -> task<> {
    cancel_scope scope;
    create_task([&]() -> task<> {
      co_await sleep(10s);
      scope.cancel();
    });
    co_await with(scope, [&]() -> task<> {
      co_await with(connection(*this, "a"), []() -> task<> { co_await sleep(1h); });
      note("went on");
    });
    EXPECT_TRUE(scope.cancelled_caught());
    EXPECT_EQ(testing::now().since_start(), duration(11s));
  });

  EXPECT_THAT(log(), ElementsAre("enter a", "leave a"));
}

TEST_P(With, WhatWasNotEnteredIsNotLeft) {
  run_on_loop([&]() -> task<> {
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await with(connection(*this, "a"), [&]() -> task<> {
        note("body");
        co_return;
      });
    });
  });

  EXPECT_THAT(log(), ::testing::IsEmpty());
}

TEST_P(With, BorrowsWhatItIsGivenAsAnLvalue) {
  run_on_loop([&]() -> task<> {
    connection resource(*this, "a");
    co_await with(resource, [&](connection& entered) -> task<> {
      EXPECT_EQ(&entered, &resource);
      co_return;
    });
  });

  EXPECT_THAT(log(), ElementsAre("enter a", "leave a"));
}

TEST_P(With, KeepsTheResourceAndTheBodyUntilTheyAreAwaited) {
  run_on_loop([&]() -> task<> {
    auto held = std::make_shared<int>(5);
    auto body = [held]() -> task<int> {
      co_await sleep(1s);
      co_return *held;
    };
    auto request = with(connection(*this, "a"), body);
    EXPECT_THAT(log(), ::testing::IsEmpty());
    EXPECT_EQ(co_await std::move(request), 5);
  });
}

TEST_P(With, SeveralAreLeftInReverseOrder) {
  run_on_loop([&]() -> task<> {
    const int value = co_await with(connection(*this, "a"), connection(*this, "b"), connection(*this, "c"),
                                    [&](connection& a, connection& b, connection& c) -> task<int> {
                                      note(a.name() + b.name() + c.name());
                                      co_await sleep(0s);
                                      co_return 4;
                                    });
    EXPECT_EQ(value, 4);
  });

  EXPECT_THAT(log(), ElementsAre("enter a", "enter b", "enter c", "abc", "leave c", "leave b", "leave a"));
}

TEST_P(With, SeveralAreLeftInReverseOrderWhenTheBodyFails) {
  run_on_loop([&]() -> task<> {
    const auto fails = []() -> task<> {
      co_await sleep(1s);
      throw std::runtime_error("expected");
    };
    EXPECT_THROW(co_await with(connection(*this, "a"), connection(*this, "b"), fails), std::runtime_error);
  });

  EXPECT_THAT(log(), ElementsAre("enter a", "enter b", "leave b", "leave a"));
}

TEST_P(With, SeveralAreLeftInReverseOrderWhenTheBodyIsStopped) {
  run_on_loop([&]() -> task<> {
    auto work = with(timeout(10s), connection(*this, "a"), connection(*this, "b"),
                     []() -> task<> { co_await sleep(1h); });
    EXPECT_THROW(co_await std::move(work), timeout_error);
    EXPECT_EQ(testing::now().since_start(), duration(12s));
  });

  EXPECT_THAT(log(), ElementsAre("enter a", "enter b", "leave b", "leave a"));
}

TEST_P(With, OnlyThoseThatWereEnteredAreLeft) {
  class refusing {
   public:
    task<> enter() {
      co_await sleep(0s);
      throw std::runtime_error("refused");
    }
    task<> leave() {
      ADD_FAILURE() << "it was never entered";
      co_return;
    }
  };

  run_on_loop([&]() -> task<> {
    const auto body = [&]() -> task<> {
      note("body");
      co_return;
    };
    EXPECT_THROW(co_await with(connection(*this, "a"), refusing(), body), std::runtime_error);
  });

  EXPECT_THAT(log(), ElementsAre("enter a", "leave a"));
}

TEST_P(With, AnErrorOfLeavingJoinsThatOfTheBody) {
  class bad_end {
   public:
    task<> enter() { co_return; }
    task<> leave() {
      co_await sleep(0s);
      throw std::logic_error("leaving");
    }
  };

  run_on_loop([&]() -> task<> {
    const auto succeeds = []() -> task<> { co_return; };
    EXPECT_THROW(co_await with(bad_end(), succeeds), std::logic_error);

    const auto fails = []() -> task<> {
      co_await sleep(0s);
      throw std::runtime_error("body");
    };
    try {
      co_await with(bad_end(), fails);
      ADD_FAILURE() << "both failed";
    } catch (const exception_group& both) {
      EXPECT_EQ(both.exceptions().size(), 2U);
    }
  });
}

TEST_P(With, ScopesAndResourcesMix) {
  run_on_loop([&]() -> task<> {
    co_await with(task_group(), connection(*this, "a"), [&](task_group& group, connection&) -> task<> {
      group.create_task([&]() -> task<> {
        co_await sleep(10s);
        note("child");
      });
      co_return;
    });
  });

  // The group is left last: its child goes on while the connection is left.
  EXPECT_THAT(log(), ElementsAre("enter a", "leave a", "child"));
}

}  // namespace
}  // namespace overlap::asyncio
