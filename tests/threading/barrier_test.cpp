// tests/threading/barrier_test.cpp
//
// Arriving together, and not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

/// How a wait ended, for a thread to note.
enum class end { passed, broken, stopped, failed };

end wait_at(barrier& meeting, wait_limit limit = {}) {
  try {
    meeting.wait(limit);
    return end::passed;
  } catch (const broken_barrier_error&) {
    return end::broken;
  } catch (const stopped_error&) {
    return end::stopped;
  } catch (const std::runtime_error&) {
    return end::failed;
  }
}

TEST(Barrier, NeedsParties) {
  EXPECT_THROW(barrier(0), invalid_value_error);
  EXPECT_THROW(barrier(-1, [] {}), invalid_value_error);
  EXPECT_EQ(barrier(3).parties(), 3U);
}

TEST(Barrier, OfOneDoesNotWait) {
  barrier meeting(1);
  EXPECT_EQ(meeting.wait(), 0U);
  EXPECT_EQ(meeting.wait(0s), 0U);
}

TEST(Barrier, LetsAllGoWhenTheLastHasCome) {
  barrier meeting(3);
  std::atomic<int> through = 0;
  std::vector<std::size_t> numbers(3);
  std::deque<thread> waiters;
  for (std::size_t i = 0; i < 2; ++i) {
    waiters
        .emplace_back([&, i] {
          numbers[i] = meeting.wait();
          ++through;
        })
        .start();
    wait_until([&] { return meeting.n_waiting() == i + 1; });
  }
  EXPECT_EQ(through, 0);
  numbers[2] = meeting.wait();
  for (thread& each : waiters) each.join();
  EXPECT_THAT(numbers, ::testing::ElementsAre(0U, 1U, 2U)) << "in the order they came";
  EXPECT_EQ(meeting.n_waiting(), 0U);
  EXPECT_FALSE(meeting.broken());
}

TEST(Barrier, GoesRoundAndRound) {
  constexpr int rounds = 200;
  barrier meeting(4);
  std::atomic<int> arrived = 0;
  std::atomic<bool> good = true;
  {
    std::vector<thread> threads;
    for (int i = 0; i < 4; ++i)
      threads
          .emplace_back([&] {
            for (int round = 1; round <= rounds; ++round) {
              ++arrived;
              meeting.wait();
              if (arrived < 4 * round) good = false;
              meeting.wait();
            }
          })
          .start();
  }
  EXPECT_TRUE(good);
  EXPECT_EQ(arrived, 4 * rounds);
}

TEST(Barrier, CallsItsActionOnceARoundBeforeAnybodyGoesOn) {
  int calls = 0;
  barrier meeting(3, [&] { ++calls; });
  std::atomic<bool> good = true;
  {
    std::vector<thread> threads;
    for (int i = 0; i < 3; ++i)
      threads
          .emplace_back([&] {
            for (int round = 1; round <= 25; ++round) {
              meeting.wait();
              if (calls != 2 * round - 1) good = false;
              meeting.wait();
            }
          })
          .start();
  }
  EXPECT_TRUE(good);
  EXPECT_EQ(calls, 50);
}

TEST(Barrier, AnActionThatThrowsBreaksIt) {
  barrier meeting(2, [] { throw std::runtime_error("no"); });
  end of_waiter{};
  thread waiter([&] { of_waiter = wait_at(meeting); });
  waiter.start();
  wait_until([&] { return meeting.n_waiting() == 1; });
  EXPECT_EQ(wait_at(meeting), end::failed);
  waiter.join();
  EXPECT_EQ(of_waiter, end::broken);
  EXPECT_TRUE(meeting.broken());
}

TEST(Barrier, ATimeOutBreaksItForAll) {
  barrier meeting(3);
  end of_waiter{};
  thread waiter([&] { of_waiter = wait_at(meeting); });
  waiter.start();
  wait_until([&] { return meeting.n_waiting() == 1; });
  EXPECT_EQ(wait_at(meeting, 1ms), end::broken);
  waiter.join();
  EXPECT_EQ(of_waiter, end::broken);
  EXPECT_TRUE(meeting.broken());
  EXPECT_EQ(wait_at(meeting), end::broken) << "who comes later, too";
}

TEST(Barrier, MayHaveATimeOutForEveryWait) {
  barrier meeting(2, 1ms);
  EXPECT_THROW(meeting.wait(), broken_barrier_error);
  barrier acting(2, [] {}, 1ms);
  EXPECT_THROW(acting.wait(), broken_barrier_error);
}

TEST(Barrier, AStopBreaksItForAll) {
  barrier meeting(3);
  std::stop_source stopper;
  end of_stopped{};
  end of_other{};
  thread stopped([&] { of_stopped = wait_at(meeting, stopper.get_token()); });
  thread other([&] { of_other = wait_at(meeting); });
  stopped.start();
  other.start();
  wait_until([&] { return meeting.n_waiting() == 2; });
  stopper.request_stop();
  stopped.join();
  other.join();
  EXPECT_EQ(of_stopped, end::stopped);
  EXPECT_EQ(of_other, end::broken);
}

TEST(Barrier, AnAbortSendsAllAwayUntilAReset) {
  barrier meeting(2);
  end of_waiter{};
  thread waiter([&] { of_waiter = wait_at(meeting); });
  waiter.start();
  wait_until([&] { return meeting.n_waiting() == 1; });
  meeting.abort();
  waiter.join();
  EXPECT_EQ(of_waiter, end::broken);
  EXPECT_TRUE(meeting.broken());
  EXPECT_EQ(meeting.n_waiting(), 0U);
  EXPECT_EQ(wait_at(meeting), end::broken);

  meeting.reset();
  EXPECT_FALSE(meeting.broken());
  thread again([&] { of_waiter = wait_at(meeting); });
  again.start();
  EXPECT_EQ(wait_at(meeting), end::passed);
  again.join();
  EXPECT_EQ(of_waiter, end::passed);
}

TEST(Barrier, AResetSendsThoseAwayWhoWaitAndBeginsAnew) {
  barrier meeting(3);
  std::vector<end> ends(2);
  std::vector<thread> waiters;
  for (std::size_t i = 0; i < 2; ++i) waiters.emplace_back([&, i] { ends[i] = wait_at(meeting); }).start();
  wait_until([&] { return meeting.n_waiting() == 2; });
  meeting.reset();
  for (thread& each : waiters) each.join();
  EXPECT_THAT(ends, UnorderedElementsAre(end::broken, end::broken));
  EXPECT_FALSE(meeting.broken());
  EXPECT_EQ(meeting.n_waiting(), 0U);
}

TEST(Barrier, AnAbortDuringTheActionBreaksTheRound) {
  gate acting;
  barrier meeting(1, [&] { acting.pass(); });
  end of_waiter{};
  thread waiter([&] { of_waiter = wait_at(meeting); });
  waiter.start();
  acting.wait_until_reached();
  EXPECT_THROW(meeting.wait(0s), timeout_error) << "nobody arrives meanwhile";
  EXPECT_FALSE(meeting.broken());
  meeting.abort();
  acting.open();
  waiter.join();
  EXPECT_EQ(of_waiter, end::broken);
  EXPECT_TRUE(meeting.broken());
}

}  // namespace
}  // namespace overlap::threading
