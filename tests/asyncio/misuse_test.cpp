// tests/asyncio/misuse_test.cpp
//
// Whoever breaks a rule is told which one, and what to do instead. What types prevent is in
// tests/compile_fail: a scope left out of order by a yield, a task that is awaited twice by mistake.

#include <optional>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

OVERLAP_LOOP_SUITE(Misuse);

/// The text of the overlap::error that `given` throws.
template <class Awaitable>
task<std::string> error_text(Awaitable given) {
  try {
    static_cast<void>(co_await std::move(given));
  } catch (const error& thrown) {
    co_return std::string(thrown.message());
  }
  co_return "no error";
}

TEST_P(Misuse, AwaitingOneselfIsRefused) {
  run_on_loop([]() -> task<> {
    std::optional<task_handle<std::string>> self;
    self = create_task(
        [](std::optional<task_handle<std::string>>& own) -> task<std::string> {
          co_await sleep(0s);
          co_return co_await error_text(*own);
        }(self),
        "narcissus");
    EXPECT_THAT(co_await *self,
                AllOf(HasSubstr("narcissus awaits itself"), HasSubstr("return the value instead")));
  });
}

// By waiting for it in a group of several, too.
TEST_P(Misuse, AwaitingOneselfAmongOthersIsADeadlock) {
  std::optional<task_handle<>> self;
  EXPECT_THROW(run_on_loop([&]() -> task<> {
                 self = create_task([&]() -> task<> {
                   const std::vector others{*self};
                   co_await wait(others);
                 });
                 co_await *self;
               }),
               deadlock_error);
}

TEST_P(Misuse, AScopeThatIsEnteredTwiceSaysToMakeANewOne) {
  run_on_loop([]() -> task<> {
    const auto body = []() -> task<> { co_return; };
    const auto twice = [&](auto& scope) -> task<std::string> {
      co_await with(scope, body);
      co_return co_await error_text(with(scope, body));
    };
    cancel_scope scope;
    EXPECT_THAT(co_await twice(scope), HasSubstr("make a new"));
    timeout limit(1s);
    EXPECT_THAT(co_await twice(limit), HasSubstr("make a new"));
    move_on_after patience(1s);
    EXPECT_THAT(co_await twice(patience), HasSubstr("make a new"));
    task_group group;
    EXPECT_THAT(co_await twice(group), HasSubstr("make a new"));
  });
}

TEST_P(Misuse, ATaskThatHasBeenAwaitedSaysSo) {
  const auto work = []() -> task<int> { co_return 1; };
  const std::string awaited_twice = advice_of([&] {
    run_on_loop([&]() -> task<> {
      auto once = work();
      EXPECT_EQ(co_await std::move(once), 1);
      co_await std::move(once);  // NOLINT(bugprone-use-after-move): what is tested
    });
  });
  EXPECT_THAT(awaited_twice, HasSubstr("await each task once"));
}

// Each primitive, from a task of a second loop and by a call from another thread.
TEST_P(Misuse, APrimitiveOfTwoLoopsIsRefused) {
  run_on_loop([&]() -> task<> {
    semaphore permits(0);
    condition changed;
    queue<int> items;
    auto [sender, receiver] = open_channel<int>(0);
    std::vector<task_handle<>> waiting;
    waiting.push_back(create_task([&]() -> task<> { const auto permit = co_await permits.acquire(); }));
    waiting.push_back(create_task([&]() -> task<> { co_await items.get(); }));
    waiting.push_back(create_task([&]() -> task<> { co_await receiver.receive(); }));
    co_await wait_all_tasks_blocked();

    as_if_in_another_thread([&] {
      const auto second_loop = [&](auto body) { return advice_of([&] { run_on_loop(body); }); };
      const auto own = HasSubstr("give each loop its own");
      EXPECT_THAT(second_loop([&]() -> task<> { const auto permit = co_await permits.acquire(); }), own);
      EXPECT_THAT(second_loop([&]() -> task<> { co_await items.get(); }), own);
      EXPECT_THAT(second_loop([&]() -> task<> { co_await receiver.receive(); }), own);
      const auto threadsafe = HasSubstr("call_soon_threadsafe");
      EXPECT_THAT(advice_of([&] { permits.release(); }), threadsafe);
      EXPECT_THAT(advice_of([&] { items.put_nowait(1); }), threadsafe);
      EXPECT_THAT(advice_of([&] { sender.send_nowait(1); }), threadsafe);
    });

    for (task_handle<>& each : waiting) {
      EXPECT_FALSE(each.done());
      each.cancel();
    }
    co_await wait(waiting);
  });
}

TEST_P(Misuse, TwoTasksInOneGeneratorAreToldToTakeAChannel) {
  run_on_loop([]() -> task<> {
    const auto slow = []() -> async_generator<int> {
      co_await sleep(1s);
      co_yield 1;
    };
    auto numbers = slow();
    auto first = create_task([&]() -> task<> { co_await numbers.next(); });
    co_await sleep(0s);
    const auto second = [&]() -> task<int> { co_return (co_await numbers.next()).value_or(0); };
    EXPECT_THAT(co_await error_text(second()), HasSubstr("give each task its own"));
    co_await first;
  });
}

}  // namespace

// Runs on one backend: what it looks at is before any.
TEST(MisuseDeath, ATaskIsNotStartedTwice) {
  EXPECT_DEATH(testing::simulate(0,
                                 []() -> task<> {
                                   auto once = []() -> task<> { co_return; }();
                                   co_await create_task(std::move(once));
                                   create_task(std::move(once));  // NOLINT(bugprone-use-after-move): tested
                                 }),
               "start each task once");
}

}  // namespace overlap::asyncio
