// tests/asyncio/gather_test.cpp
//
// What gather gives when all goes well. Numbers are the lines of requirements §3.

#include <memory>
#include <tuple>
#include <variant>

#include <overlap/base/context_var.hpp>
#include <overlap/futures/future.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

OVERLAP_LOOP_SUITE(Gather);

template <class T>
task<T> after(duration delay, T value) {
  co_await sleep(delay);
  co_return value;
}

// 29. The order of the arguments, whatever the order of the ends.
TEST_P(Gather, GivesTheResultsInTheOrderOfTheArguments) {
  run_on_loop([]() -> task<> {
    const auto [slow, fast, text] =
        co_await gather(after(3s, 1), after(1s, 2), after(2s, std::string("three")));
    EXPECT_EQ(slow, 1);
    EXPECT_EQ(fast, 2);
    EXPECT_EQ(text, "three");
    EXPECT_EQ(testing::now().since_start(), duration(3s));
  });
}

// 29.
TEST_P(Gather, OfARangeGivesAVectorInOrder) {
  run_on_loop([]() -> task<> {
    std::vector<task<int>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(after(duration(5s) - duration(1s) * i, i));
    EXPECT_THAT(co_await gather(std::move(tasks)), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_EQ(testing::now().since_start(), duration(5s));
  });
}

// 29.
TEST_P(Gather, OfNothingIsNothing) {
  run_on_loop([]() -> task<> {
    static_assert(std::is_void_v<decltype(std::declval<detail::gather_awaiter<false>&>().await_resume())>);
    co_await gather();
    EXPECT_THAT(co_await gather(std::vector<task<int>>()), IsEmpty());
    co_await gather(std::vector<task<>>());
    EXPECT_THAT(co_await gather(return_exceptions, std::vector<task<int>>()), IsEmpty());
  });
}

TEST_P(Gather, OfTasksWithoutValuesGivesNone) {
  run_on_loop([&]() -> task<> {
    static_assert(std::is_void_v<await_result_t<decltype(gather(sleep(1s), sleep(1s)))>>);
    co_await gather(sleep(2s), sleep(1s));
    std::vector<task<>> tasks;
    tasks.push_back(detail::as_task(sleep(1s)));
    tasks.push_back(detail::as_task(sleep(2s)));
    co_await gather(std::move(tasks));
    EXPECT_EQ(testing::now().since_start(), duration(4s));
  });
}

TEST_P(Gather, OfAMixtureHasAMonostateForThoseWithout) {
  run_on_loop([]() -> task<> {
    const auto results = co_await gather(after(1s, 1), sleep(2s), after(0s, 'c'));
    static_assert(std::is_same_v<decltype(results), const std::tuple<int, std::monostate, char>>);
    EXPECT_EQ(std::get<0>(results), 1);
    EXPECT_EQ(std::get<2>(results), 'c');
  });
}

TEST_P(Gather, StartsItsChildrenInOrderBeforeItSuspends) {
  run_on_loop([&]() -> task<> {
    const auto child = [this](std::string name) -> task<> {
      note("begin " + name);
      co_await sleep(0s);
      note("end " + name);
    };
    co_await gather(child("a"), child("b"), child("c"));
  });

  EXPECT_THAT(log(), ElementsAre("begin a", "begin b", "begin c", "end a", "end b", "end c"));
}

TEST_P(Gather, OfChildrenThatNeverWaitDoesNotSuspend) {
  run_on_loop([&]() -> task<> {
    create_task([&]() -> task<> {
      note("somebody else");
      co_return;
    });
    const auto ready = [](int value) -> task<int> { co_return value; };
    const auto [one, two] = co_await gather(ready(1), ready(2));
    note("gathered " + std::to_string(one + two));
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), ElementsAre("gathered 3", "somebody else"));
}

TEST_P(Gather, MovesWhatCannotBeCopied) {
  run_on_loop([]() -> task<> {
    const auto make = [](int value) -> task<std::unique_ptr<int>> {
      co_await sleep(0s);
      co_return std::make_unique<int>(value);
    };
    auto [one, two] = co_await gather(make(1), make(2));
    EXPECT_EQ(*one + *two, 3);

    std::vector<task<std::unique_ptr<int>>> tasks;
    tasks.push_back(make(4));
    tasks.push_back(make(5));
    const auto numbers = co_await gather(std::move(tasks));
    EXPECT_EQ(*numbers.at(0) + *numbers.at(1), 9);
  });
}

TEST_P(Gather, PassesReferencesThrough) {
  run_on_loop([]() -> task<> {
    int first = 1;
    int second = 2;
    const auto refer = [](int& target) -> task<int&> {
      co_await sleep(0s);
      co_return target;
    };
    auto references = co_await gather(refer(first), refer(second));
    EXPECT_EQ(&std::get<0>(references), &first);
    EXPECT_EQ(&std::get<1>(references), &second);
  });
}

// 29.
TEST_P(Gather, OfHandlesWaitsForTasksThatRunAlready) {
  run_on_loop([]() -> task<> {
    auto first = create_task(after(2s, 1));
    auto second = create_task(after(1s, 2));
    const auto [one, two] = co_await gather(first, second);
    EXPECT_EQ(one, 1);
    EXPECT_EQ(two, 2);
    EXPECT_EQ(first.result(), 1);

    std::vector<task_handle<int>> handles;
    handles.push_back(first);
    handles.push_back(second);
    handles.push_back(first);  // twice is twice the value
    EXPECT_THAT(co_await gather(handles), ElementsAre(1, 2, 1));
    EXPECT_EQ(handles.size(), 3U);
  });
}

TEST_P(Gather, OfFuturesAndHandlesAndTasksTogether) {
  run_on_loop([]() -> task<> {
    futures::promise<int> promise;
    auto handle = create_task(after(1s, 2));
    create_task([&]() -> task<> {
      co_await sleep(2s);
      promise.set_result(1);
    });
    const auto [one, two, three] = co_await gather(promise.get_future(), handle, after(3s, 3));
    EXPECT_EQ(one * 100 + two * 10 + three, 123);
  });
}

TEST_P(Gather, Nests) {
  run_on_loop([]() -> task<> {
    const auto [left, right] =
        co_await gather(gather(after(1s, 1), after(2s, 2)), gather(after(3s, 3), sleep(4s)));
    EXPECT_EQ(std::get<1>(left), 2);
    EXPECT_EQ(std::get<0>(right), 3);
    EXPECT_EQ(testing::now().since_start(), duration(4s));
  });
}

TEST_P(Gather, OfTenThousandChildren) {
  run_on_loop([]() -> task<> {
    constexpr int count = 10'000;
    std::vector<task<int>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(after(duration(1ms) * ((i * 7919) % count), i));
    const std::vector<int> results = co_await gather(std::move(tasks));
    bool in_order = results.size() == count;
    for (int i = 0; in_order && i < count; ++i) in_order = results[static_cast<std::size_t>(i)] == i;
    EXPECT_TRUE(in_order);
  });
}

TEST_P(Gather, MayBeGivenToRunAndKeptForLater) {
  run_on_loop([]() -> task<> {
    auto later = gather(after(1s, 1), after(1s, 2));
    co_await sleep(1s);
    const auto [one, two] = co_await std::move(later);
    EXPECT_EQ(one + two, 3);
    EXPECT_EQ(testing::now().since_start(), duration(2s));
  });
  EXPECT_EQ(std::get<1>(run_on_loop(gather(after(0s, 1), after(0s, 2)))), 2);
}

TEST_P(Gather, ThatIsNeverAwaitedStartsNothing) {
  run_on_loop([&]() -> task<> {
    const auto child = [this]() -> task<> {
      note("started");
      co_return;
    };
    {
      [[maybe_unused]] auto dropped = gather(child(), child());
    }
    co_await sleep(0s);
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(Gather, ChildrenHaveTheirOwnCopyOfTheContext) {
  run_on_loop([&]() -> task<> {
    static context_var<int> number("number", 0);
    number.set(1);
    const auto child = [this](int value) -> task<> {
      note("sees " + std::to_string(number.get()));
      number.set(value);
      co_await sleep(0s);
      note("has " + std::to_string(number.get()));
    };
    co_await gather(child(2), child(3));
    EXPECT_EQ(number.get(), 1);
  });

  EXPECT_THAT(log(), ElementsAre("sees 1", "sees 1", "has 2", "has 3"));
}

}  // namespace
}  // namespace overlap::asyncio
