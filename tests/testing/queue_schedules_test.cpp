// tests/testing/queue_schedules_test.cpp
//
// What passes values between tasks and what waits for tasks, with three of them in every schedule there is.

#include <set>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>
#include <overlap/futures/future.hpp>

#include "testing/every_schedule.hpp"

namespace overlap::asyncio {
namespace {

// Two put two items each, one gets four.
template <class Queue>
void check_queue() {
  in_every_schedule([]() -> task<> {
    Queue items(1);
    std::multiset<int> got;
    const auto body = [&](int i) -> task<> {
      if (i < 2) {
        co_await items.put(10 * i);
        co_await items.put(10 * i + 1);
      } else {
        for (int count = 0; count < 4; ++count) got.insert(co_await items.get());
      }
    };
    co_await three_tasks(body);
    demand(got == std::multiset<int>{0, 1, 10, 11}, "an item was lost or came twice");
    demand(items.empty(), "something is left");
  });
}

TEST(EverySchedule, QueuePassesEachItemOnce) { check_queue<queue<int>>(); }
TEST(EverySchedule, LifoQueuePassesEachItemOnce) { check_queue<lifo_queue<int>>(); }
TEST(EverySchedule, PriorityQueuePassesEachItemOnce) { check_queue<priority_queue<int>>(); }

TEST(EverySchedule, QueueKeepsTheOrderOfEachProducer) {
  in_every_schedule([]() -> task<> {
    queue<int> items(2);
    std::array<int, 2> last{-1, -1};
    const auto body = [&](int i) -> task<> {
      if (i < 2) {
        for (int number = 0; number < 2; ++number) co_await items.put(10 * i + number);
      } else {
        for (int count = 0; count < 4; ++count) {
          const int item = co_await items.get();
          int& before = last[static_cast<std::size_t>(item / 10)];
          demand(item % 10 == before + 1, "an item has overtaken another of its producer");
          before = item % 10;
        }
      }
    };
    co_await three_tasks(body);
  });
}

TEST(EverySchedule, QueueLosesNoItemToACancelledReceiver) {
  in_every_schedule([]() -> task<> {
    queue<int> items(1);
    std::multiset<int> got;
    const auto body = [&](int i) -> task<> {
      if (i == 2) {
        co_await items.put(1);
        co_await items.put(2);
        items.shutdown();
      } else {
        while (auto item = co_await items.next()) got.insert(*item);
      }
    };
    co_await three_tasks_one_cancelled(body);
    demand(got == std::multiset<int>{1, 2}, "an item was lost or came twice");
  });
}

TEST(EverySchedule, QueueJoinReturnsWhenEverythingIsDone) {
  in_every_schedule([]() -> task<> {
    queue<int> items;
    int done = 0;
    items.put_nowait(1);
    items.put_nowait(2);
    const auto body = [&](int i) -> task<> {
      if (i == 2) {
        co_await items.join();
        demand(done == 2, "join has returned too early");
      } else {
        auto ticket = co_await items.take();
        co_await sleep(0s);
        ++done;
      }
    };
    co_await three_tasks(body);
  });
}

TEST(EverySchedule, ChannelHandsOverAndEndsWithItsLastSender) {
  for (const std::size_t capacity : {0U, 1U}) {
    in_every_schedule([capacity]() -> task<> {
      auto ends = open_channel<int>(capacity);
      std::multiset<int> got;
      co_await with(task_group(), [&](task_group& group) -> task<> {
        for (int i = 0; i < 2; ++i) {
          group.create_task(
              [](auto sender, int first) -> task<> {
                co_await sender.send(first);
                co_await sender.send(first + 1);
              },
              ends.sender.clone(), 10 * i);
        }
        ends.sender.close();
        while (auto item = co_await ends.receiver.next()) got.insert(*item);
      });
      demand(got == std::multiset<int>{0, 1, 10, 11}, "an item was lost or came twice");
    });
  }
}

TEST(EverySchedule, ChannelLosesNoItemToACancelledReceiver) {
  in_every_schedule([]() -> task<> {
    auto ends = open_channel<int>();
    std::multiset<int> got;
    const auto body = [&](int i) -> task<> {
      if (i == 2) {
        co_await ends.sender.send(1);
        co_await ends.sender.send(2);
        ends.sender.close();
      } else {
        while (auto item = co_await ends.receiver.next()) got.insert(*item);
      }
    };
    auto separate = [&](int i) -> task<> {
      if (i == 2) {
        co_await body(2);
        co_return;
      }
      auto receiver = ends.receiver.clone();
      while (auto item = co_await receiver.next()) got.insert(*item);
    };
    co_await three_tasks_one_cancelled(separate);
    demand(got == std::multiset<int>{1, 2}, "an item was lost or came twice");
  });
}

TEST(EverySchedule, FutureWakesAllWhoAwaitIt) {
  in_every_schedule([]() -> task<> {
    const futures::promise<int> promised;
    const futures::future<int> result = promised.get_future();
    int sum = 0;
    const auto body = [&](int i) -> task<> {
      if (i == 2) {
        promised.set_result(5);
      } else {
        sum += co_await result;
      }
    };
    co_await three_tasks_one_cancelled(body);
    demand(sum == 5 || sum == 10, "a result was lost");
  });
}

TEST(EverySchedule, ToThreadCallsEachFunctionOnce) {
  in_every_schedule([]() -> task<> {
    int calls = 0;
    int answers = 0;
    const auto body = [&](int i) -> task<> {
      const auto count = [&calls, i] {
        ++calls;
        return i;
      };
      demand(co_await to_thread(count) == i, "another's answer");
      ++answers;
    };
    co_await three_tasks_one_cancelled(body);
    demand(calls == answers && answers >= 2, "a call was lost, or its answer");
  });
}

struct expected_error : std::exception {};

TEST(EverySchedule, TaskGroupEndsAllAndThrowsTheErrorOfOne) {
  in_every_schedule([]() -> task<> {
    int ended = 0;
    const auto body = [&](int i) -> task<> {
      struct counted {
        explicit counted(int& count) : count_(count) {}
        counted(const counted&) = delete;
        counted& operator=(const counted&) = delete;
        ~counted() { ++count_; }
        int& count_;
      } const counts(ended);
      co_await sleep(0s);
      if (i == 1) throw expected_error();
      co_await sleep(1h);
      demand(false, "it was not stopped");
    };
    std::size_t errors = 0;
    try {
      co_await three_tasks(body);
    } catch (const exception_group& group) {
      errors = group.exceptions().size();
    }
    demand(errors == 1, "one error is thrown, and siblings that were stopped are none");
    demand(ended >= 1 && ended <= 3, "a frame has ended twice");
    demand(testing::now().since_start() == duration(), "it has waited for a task that was to be stopped");
  });
}

TEST(EverySchedule, GatherGivesValuesInTheOrderOfItsTasks) {
  in_every_schedule([]() -> task<> {
    const auto value = [](int turns, int result) -> task<int> {
      for (int turn = 0; turn < turns; ++turn) co_await sleep(0s);
      co_return result;
    };
    const auto [first, second, third] = co_await gather(value(2, 1), value(1, 2), value(3, 3));
    demand(first == 1 && second == 2 && third == 3, "values are mixed up");
  });
}

TEST(EverySchedule, RaceGivesOneWinnerAndStopsTheOthers) {
  std::set<std::size_t> winners;
  in_every_schedule([&]() -> task<> {
    int finished = 0;
    const auto run = [&finished](int result) -> task<int> {
      co_await sleep(0s);
      co_await sleep(0s);
      ++finished;
      co_return result;
    };
    const auto [index, value] = co_await race(run(10), run(11), run(12));
    demand(value == static_cast<int>(index) + 10, "another's value");
    demand(finished >= 1, "nobody has come in");
    winners.insert(index);
  });
  EXPECT_EQ(winners.size(), 3U);
}

TEST(EverySchedule, ATimeoutAndAnEndAtTheSameMomentAreOneOfThem) {
  int timeouts = 0;
  int ends = 0;
  in_every_schedule([&]() -> task<> {
    const auto body = [&](int) -> task<> {
      try {
        co_await wait_for(sleep(1s), 1s);
        ++ends;
      } catch (const timeout_error&) {
        ++timeouts;
      }
    };
    co_await three_tasks(body);
  });
  EXPECT_GT(timeouts + ends, 0);
}

}  // namespace
}  // namespace overlap::asyncio
