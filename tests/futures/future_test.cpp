// tests/futures/future_test.cpp
//
// Future and promise by their rules. Numbers in brackets are the lines of the requirements they mirror.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <overlap/futures/future.hpp>

#include "futures/unhandled_capture.hpp"

namespace overlap::futures {
namespace {

using namespace std::chrono_literals;

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return caught.what();
  }
}

TEST(Future, GivesTheValueToEveryCopy) {
  promise<std::string> source;
  const future<std::string> first = source.get_future();
  const future<std::string> second = first;
  EXPECT_FALSE(first.done());

  source.set_result("ready");

  EXPECT_TRUE(first.done());
  EXPECT_EQ(first.result(), "ready");
  EXPECT_EQ(&first.result(), &second.result());
  EXPECT_EQ(first.exception(), nullptr);
}

TEST(Future, AWaitingThreadIsWoken) {
  promise<int> source;
  std::latch started(1);
  std::jthread waiter([&, handle = source.get_future()] {
    started.count_down();
    EXPECT_EQ(handle.result(), 7);
  });

  started.wait();
  source.set_result(7);
}

TEST(Future, AnLvalueReadsTheValueAndAnRvalueTakesIt) {
  promise<std::vector<std::unique_ptr<int>>> source;
  auto first = source.get_future();
  const auto second = first;
  std::vector<std::unique_ptr<int>> values;
  values.push_back(std::make_unique<int>(5));
  const int* address = values[0].get();
  source.set_result(std::move(values));

  EXPECT_EQ(first.result()[0].get(), address);
  EXPECT_EQ(second.result()[0].get(), address);
  const auto taken = std::move(first).result();
  EXPECT_EQ(taken[0].get(), address);
  EXPECT_THROW(second.result(), invalid_state_error);
  EXPECT_THROW(future(second).result(), invalid_state_error);
}

TEST(Future, CarriesVoidReferencesAndReferenceWrappers) {
  promise<void> nothing;
  nothing.set_result();
  nothing.get_future().result();

  int target = 1;
  promise<int&> reference;
  reference.set_result(target);
  reference.get_future().result() = 2;
  EXPECT_EQ(target, 2);

  promise<std::reference_wrapper<int>> wrapper;
  wrapper.set_result(std::ref(target));
  wrapper.get_future().result().get() = 3;
  EXPECT_EQ(target, 3);
}

TEST(Future, TheErrorIsRethrownToEveryCaller) {
  promise<int> source;
  const auto handle = source.get_future();
  source.set_exception(std::runtime_error("no luck"));

  EXPECT_THROW(handle.result(), std::runtime_error);
  EXPECT_THROW(handle.result(), std::runtime_error);
  EXPECT_EQ(text_of(handle.exception()), "no luck");
}

// [49]
TEST(Future, ATimeLimitLeavesTheFutureAsItWas) {
  promise<int> source;
  const auto handle = source.get_future();

  EXPECT_THROW(handle.result(0ms), timeout_error);
  EXPECT_THROW(handle.result(-1s), timeout_error);
  EXPECT_THROW(static_cast<void>(handle.exception(1ms)), timeout_error);
  EXPECT_FALSE(handle.wait(1us));

  source.set_result(4);
  EXPECT_EQ(handle.result(0ms), 4);
}

// [50]
TEST(Future, CancelWorksOnlyBeforeTheStart) {
  promise<int> waiting;
  EXPECT_TRUE(waiting.get_future().cancel());
  EXPECT_TRUE(waiting.get_future().cancel()) << "as in Python: it is cancelled";
  EXPECT_TRUE(waiting.get_future().cancelled());
  EXPECT_TRUE(waiting.get_future().done());
  EXPECT_FALSE(waiting.set_running_or_notify_cancel());
  EXPECT_THROW(waiting.get_future().result(), cancelled_error);
  EXPECT_THROW(static_cast<void>(waiting.get_future().exception()), cancelled_error);
  EXPECT_THROW(waiting.set_result(1), invalid_state_error);

  promise<int> running;
  EXPECT_TRUE(running.set_running_or_notify_cancel());
  EXPECT_TRUE(running.get_future().running());
  EXPECT_FALSE(running.get_future().cancel());
  running.set_result(1);
  EXPECT_FALSE(running.get_future().cancel());
  EXPECT_FALSE(running.get_future().cancelled());
}

TEST(Future, ASecondResultIsAnError) {
  promise<int> source;
  source.set_result(1);
  EXPECT_THROW(source.set_result(2), invalid_state_error);
  EXPECT_THROW(source.set_exception(std::runtime_error("late")), invalid_state_error);
  EXPECT_THROW(static_cast<void>(source.set_running_or_notify_cancel()), invalid_state_error);
  EXPECT_EQ(source.get_future().result(), 1);
}

TEST(Future, AValueThatCannotBeStoredLeavesThePromiseOpen) {
  struct throws_when_copied {
    throws_when_copied() = default;
    throws_when_copied(const throws_when_copied&) { throw std::runtime_error("copy"); }
    throws_when_copied& operator=(const throws_when_copied&) = default;
  };
  promise<throws_when_copied> source;
  const auto handle = source.get_future();
  const throws_when_copied value;

  EXPECT_THROW(source.set_result(value), std::runtime_error);
  EXPECT_FALSE(handle.done());
  EXPECT_TRUE(handle.cancel());
}

TEST(Future, ADroppedPromiseIsReportedToItsFutures) {
  future<int> handle;
  EXPECT_FALSE(handle.valid());
  {
    const promise<int> source;
    handle = source.get_future();
  }
  EXPECT_THROW(handle.result(), broken_promise);

  const unhandled_capture capture;
  {
    const promise<int> nobody_asked;
  }
  EXPECT_TRUE(capture.texts().empty());
}

// [50]
TEST(Future, CallbacksRunOnceInOrderAndAtOnceWhenDone) {
  promise<int> source;
  const auto handle = source.get_future();
  std::vector<int> order;
  handle.add_done_callback([&](const future<int>& done) { order.push_back(done.result()); });
  handle.add_done_callback([&] { order.push_back(2); });
  handle.add_done_callback([&, only_movable = std::make_unique<int>(3)] { order.push_back(*only_movable); });

  source.set_result(1);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));

  handle.add_done_callback([&] { order.push_back(4); });
  EXPECT_EQ(order.back(), 4);
}

// [50]
TEST(Future, AThrowingCallbackIsReportedAndDoesNotStopTheOthers) {
  const unhandled_capture capture;
  promise<void> source;
  bool reached = false;
  source.get_future().add_done_callback([] { throw std::runtime_error("from a callback"); });
  source.get_future().add_done_callback([&] { reached = true; });

  source.set_result();
  EXPECT_TRUE(reached);
  source.get_future().add_done_callback([] { throw std::runtime_error("at once"); });

  EXPECT_EQ(capture.texts(), (std::vector<std::string>{"a done callback of a future: from a callback",
                                                       "a done callback of a future: at once"}));
}

TEST(Future, CallbacksRunForCancelledFuturesToo) {
  promise<int> source;
  int calls = 0;
  source.get_future().add_done_callback(
      [&](const future<int>& done) { calls += done.cancelled() ? 1 : 100; });
  EXPECT_TRUE(source.get_future().cancel());
  EXPECT_EQ(calls, 1);
}

TEST(Future, AnErrorNobodyLookedAtIsReportedWhenTheFutureDies) {
  const unhandled_capture capture;
  {
    promise<int> seen;
    seen.set_exception(std::runtime_error("seen"));
    EXPECT_NE(seen.get_future().exception(), nullptr);
    promise<int> unseen;
    unseen.set_exception(std::runtime_error("unseen"));
    EXPECT_TRUE(unseen.get_future().done());
  }
  EXPECT_EQ(capture.texts(),
            (std::vector<std::string>{"the error of a future that was dropped unseen: unseen"}));
}

TEST(UnhandledException, IsOneLineOnStandardErrorUntilAHandlerIsSet) {
  testing::internal::CaptureStderr();
  detail::report_unhandled_exception(std::make_exception_ptr(std::runtime_error("text")), "doing this");
  detail::report_unhandled_exception(std::make_exception_ptr(5), "doing that");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "overlap: unhandled exception: doing this: text\n"
            "overlap: unhandled exception: doing that: an exception that is no std::exception\n");

  const unhandled_exception_handler ignore = [](const unhandled_exception&) noexcept {};
  const unhandled_exception_handler first = set_unhandled_exception_handler(ignore);
  EXPECT_EQ(set_unhandled_exception_handler(nullptr), ignore);
  EXPECT_EQ(set_unhandled_exception_handler(nullptr), first);
}

TEST(Future, UsingAnEmptyOneOrSettingANullErrorBreaksARule) {
  const misuse_handler before =
      set_misuse_handler([](const misuse& broken) { throw std::logic_error(broken.advice); });
  const future<int> empty;
  EXPECT_THROW(empty.result(), std::logic_error);
  EXPECT_THROW(static_cast<void>(empty.done()), std::logic_error);
  const promise<int> source;
  EXPECT_THROW(source.set_exception(nullptr), std::logic_error);
  source.set_result(1);
  set_misuse_handler(before);
}

TEST(Future, IsAKeyOfMaps) {
  std::array<promise<int>, 3> sources;
  std::unordered_map<future<int>, int> hashed;
  std::map<future<int>, int> ordered;
  for (int index = 0; index < 3; ++index) {
    hashed[sources[static_cast<std::size_t>(index)].get_future()] = index;
    ordered[sources[static_cast<std::size_t>(index)].get_future()] = index;
  }

  EXPECT_EQ(hashed.size(), 3U);
  EXPECT_EQ(hashed.at(sources[1].get_future()), 1);
  EXPECT_EQ(ordered.at(sources[2].get_future()), 2);
  EXPECT_NE(sources[0].get_future(), sources[1].get_future());
  EXPECT_EQ(sources[0].get_future(), sources[0].get_future());
}

struct counting_node : detail::completion_node {
  counting_node() {
    completed = [](completion_node* node) noexcept { ++static_cast<counting_node*>(node)->calls; };
  }
  std::atomic<int> calls{0};
};

TEST(CompletionNode, IsCalledOnceOrDetached) {
  promise<int> source;
  const auto handle = source.get_future();
  auto& state = detail::future_access::state(handle);
  std::array<counting_node, 4> nodes;
  for (auto& node : nodes) EXPECT_TRUE(state.attach(node));

  EXPECT_TRUE(state.detach(nodes[3]));
  EXPECT_TRUE(state.detach(nodes[0]));
  EXPECT_FALSE(state.detach(nodes[0])) << "it is not attached any more";
  EXPECT_TRUE(state.attach(nodes[0]));
  source.set_result(1);

  EXPECT_FALSE(state.detach(nodes[1]));
  EXPECT_FALSE(state.attach(nodes[3]));
  EXPECT_EQ(nodes[0].calls, 1);
  EXPECT_EQ(nodes[1].calls, 1);
  EXPECT_EQ(nodes[2].calls, 1);
  EXPECT_EQ(nodes[3].calls, 0);
}

TEST(CompletionNode, ComesBeforeCallbacksAndInOrder) {
  struct ordered_node : detail::completion_node {
    std::vector<int>* order = nullptr;
    int number = 0;
  };
  std::vector<int> order;
  std::array<ordered_node, 2> nodes;
  promise<int> source;
  const auto handle = source.get_future();
  handle.add_done_callback([&] { order.push_back(10); });
  for (int index = 0; index < 2; ++index) {
    auto& node = nodes[static_cast<std::size_t>(index)];
    node.order = &order;
    node.number = index;
    node.completed = [](detail::completion_node* self) noexcept {
      auto* own = static_cast<ordered_node*>(self);
      own->order->push_back(own->number);
    };
    ASSERT_TRUE(detail::future_access::state(handle).attach(node));
  }

  source.set_result(1);

  EXPECT_EQ(order, (std::vector<int>{0, 1, 10}));
}

TEST(CompletionNode, DetachAndCompletionAgreeInEveryRace) {
  for (int round = 0; round < 2000; ++round) {
    promise<int> source;
    const auto handle = source.get_future();
    auto& state = detail::future_access::state(handle);
    counting_node node;
    ASSERT_TRUE(state.attach(node));
    std::latch both(2);
    std::jthread completer([&] {
      both.arrive_and_wait();
      source.set_result(round);
    });
    both.arrive_and_wait();
    const bool removed = state.detach(node);
    completer.join();
    ASSERT_EQ(node.calls, removed ? 0 : 1);
  }
}

// [50]
TEST(Future, ExactlyOneOfCancelAndStartWins) {
  for (int round = 0; round < 2000; ++round) {
    promise<int> source;
    const auto handle = source.get_future();
    std::latch both(2);
    bool cancelled = false;
    std::jthread canceller([&] {
      both.arrive_and_wait();
      cancelled = handle.cancel();
    });
    both.arrive_and_wait();
    const bool started = source.set_running_or_notify_cancel();
    if (started) source.set_result(round);
    canceller.join();
    ASSERT_NE(started, cancelled);
    ASSERT_TRUE(handle.done());
  }
}

TEST(Future, ManyThreadsWaitWithAndWithoutLimitsForOneResult) {
  promise<int> source;
  std::atomic<int> sum{0};
  {
    std::vector<std::jthread> waiters;
    for (int index = 0; index < 16; ++index) {
      waiters.emplace_back([&, index, handle = source.get_future()] {
        while (index % 2 == 0 && !handle.wait(1us)) {
        }
        sum += handle.result();
      });
    }
    source.set_result(1);
  }
  EXPECT_EQ(sum, 16);
}

}  // namespace
}  // namespace overlap::futures
