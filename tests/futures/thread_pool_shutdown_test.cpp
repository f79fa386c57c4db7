// tests/futures/thread_pool_shutdown_test.cpp
//
// How a thread pool ends, in every variant. Numbers in brackets are the lines of the requirements they
// mirror.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/gate.hpp"

namespace overlap::futures {
namespace {

// [47]
TEST(ThreadPoolShutdown, NothingCanBeSubmittedAfterwards) {
  thread_pool_executor pool(1);
  EXPECT_EQ(pool.submit([] { return 1; }).result(), 1);
  pool.shutdown();
  EXPECT_THROW(pool.submit([] {}), invalid_state_error);
  EXPECT_EQ(pool.statistics().workers, 0U);
}

// [52]
TEST(ThreadPoolShutdown, MayBeCalledAgainInAnyOrderAndWithoutAnyJob) {
  thread_pool_executor never_used(1);
  never_used.shutdown();
  never_used.shutdown({.wait = false, .cancel_futures = true});

  thread_pool_executor pool(2);
  const auto done = pool.submit([] { return 1; });
  pool.shutdown({.wait = false});
  pool.shutdown();
  EXPECT_TRUE(done.done());
  pool.shutdown({.cancel_futures = true});
}

TEST(ThreadPoolShutdown, WaitsForQueuedAndRunningJobs) {
  gate busy;
  std::atomic<int> ran{0};
  thread_pool_executor pool(1);
  pool.submit([&] { busy.pass(); });
  busy.wait_until_reached();
  for (int index = 0; index < 20; ++index) pool.submit([&] { ++ran; });

  std::jthread opener([&] { busy.open(); });
  pool.shutdown();
  EXPECT_EQ(ran, 20);
}

// [51]
TEST(ThreadPoolShutdown, WithoutWaitingItReturnsAtOnceAndQueuedJobsStillRun) {
  gate busy;
  future<int> queued;
  {
    thread_pool_executor pool(1);
    pool.submit([&] { busy.pass(); });
    busy.wait_until_reached();
    queued = pool.submit([] { return 5; });
    pool.shutdown({.wait = false});
    EXPECT_FALSE(queued.done());
    EXPECT_THROW(pool.submit([] {}), invalid_state_error);
  }
  EXPECT_FALSE(queued.done()) << "the destructor did not wait either";
  busy.open();
  EXPECT_EQ(queued.result(), 5);
}

// [51]
TEST(ThreadPoolShutdown, CancelsWhatHasNotBegunAndFinishesTheRest) {
  for (const bool wait : {false, true}) {
    gate busy;
    thread_pool_executor pool(1);
    const auto running = pool.submit([&] {
      busy.pass();
      return 1;
    });
    busy.wait_until_reached();
    std::vector<future<int>> queued;
    for (int index = 0; index < 50; ++index) queued.push_back(pool.submit([] { return 2; }));

    std::jthread opener([&] {
      queued.back().wait();
      busy.open();
    });
    pool.shutdown({.wait = wait, .cancel_futures = true});

    for (const auto& each : queued) EXPECT_TRUE(each.cancelled());
    EXPECT_EQ(running.result(), 1);
    EXPECT_EQ(pool.statistics().cancelled, 50U);
  }
}

// [52]
TEST(ThreadPoolShutdown, ACancelledJobDoesNotHoldItUp) {
  for (int round = 0; round < 200; ++round) {
    thread_pool_executor pool(1);
    const auto handle = pool.submit([] {});
    handle.cancel();
    pool.shutdown();
    ASSERT_TRUE(handle.done());
  }
}

// [52]
TEST(ThreadPoolShutdown, TheDestructorCompletesTheWork) {
  std::atomic<int> ran{0};
  {
    thread_pool_executor pool(2);
    for (int index = 0; index < 100; ++index) pool.submit([&] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

TEST(ThreadPoolShutdown, AMovedPoolGoesOnAndTheOverwrittenOneFinishes) {
  std::atomic<int> ran{0};
  thread_pool_executor first(1);
  first.submit([&] { ++ran; });
  thread_pool_executor second(std::move(first));
  second.submit([&] { ++ran; }).result();
  EXPECT_EQ(second.statistics().submitted, 2U);

  second = thread_pool_executor(2);
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(second.submit([] { return 3; }).result(), 3);
}

TEST(ThreadPoolShutdown, AJobMayShutItsOwnPoolDown) {
  std::atomic<int> ran{0};
  gate begun;
  thread_pool_executor pool(1);
  const auto closer = pool.submit([&] {
    begun.pass();
    pool.shutdown();
    return ran.load();
  });
  begun.wait_until_reached();
  for (int index = 0; index < 10; ++index) pool.submit([&] { ++ran; });
  begun.open();
  EXPECT_EQ(closer.result(), 10) << "it waited for all others";
  EXPECT_THROW(pool.submit([] {}), invalid_state_error);
}

TEST(ThreadPoolShutdown, TwoJobsMayShutItDownAtOnce) {
  for (int round = 0; round < 100; ++round) {
    thread_pool_executor pool(2);
    std::latch both(2);
    const auto close = [&] {
      both.arrive_and_wait();
      pool.shutdown();
    };
    const auto first = pool.submit(close);
    const auto second = pool.submit(close);
    first.result();
    second.result();
  }
}

TEST(ThreadPoolShutdown, SeveralThreadsMayShutItDownAtOnce) {
  for (int round = 0; round < 100; ++round) {
    thread_pool_executor pool(2);
    std::atomic<int> ran{0};
    for (int index = 0; index < 8; ++index) pool.submit([&] { ++ran; });
    {
      std::vector<std::jthread> closers;
      for (int index = 0; index < 3; ++index) closers.emplace_back([&] { pool.shutdown(); });
    }
    ASSERT_EQ(ran, 8);
  }
}

TEST(ThreadPoolShutdown, TheLastOwnerMayBeAJob) {
  std::atomic<bool> ended{false};
  gate begun;
  future<int> job;
  {
    auto pool = std::make_shared<thread_pool_executor>(1);
    job = pool->submit([&begun, &ended, owner = pool]() mutable {
      begun.pass();
      owner.reset();
      ended = true;
      return 1;
    });
  }
  begun.open();
  EXPECT_EQ(job.result(), 1);
  EXPECT_TRUE(ended);
}

TEST(ThreadPoolShutdown, SubmittersRacingWithItEitherGetARunJobOrAnError) {
  for (int round = 0; round < 100; ++round) {
    thread_pool_executor pool(2);
    std::atomic<int> ran{0};
    std::atomic<int> accepted{0};
    std::latch ready(3);
    std::vector<std::jthread> submitters;
    for (int index = 0; index < 2; ++index) {
      submitters.emplace_back([&] {
        ready.arrive_and_wait();
        try {
          for (;;) {
            pool.submit([&] { ++ran; });
            ++accepted;
          }
        } catch (const invalid_state_error&) {
        }
      });
    }
    ready.arrive_and_wait();
    pool.shutdown();
    submitters.clear();
    ASSERT_EQ(ran, accepted);
  }
}

// [51]
TEST(ThreadPoolShutdownDeathTest, TheProcessWaitsAtItsExitForPoolsNobodyWaitsFor) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        static gate busy;
        thread_pool_executor pool(1);
        pool.submit([] { busy.pass(); });
        busy.wait_until_reached();
        pool.submit([] { std::fputs("apple\n", stderr); });
        pool.shutdown({.wait = false});
        std::atexit([] { busy.open(); });  // runs before the pool's own handler, which came first
        std::exit(0);
      },
      testing::ExitedWithCode(0), "apple");
}

TEST(ThreadPoolShutdownDeathTest, AJobMayEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        auto* pool = new thread_pool_executor(1);
        const auto job = pool->submit([pool] {
          pool->shutdown({.wait = false});
          std::exit(3);
        });
        job.result();
      },
      testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace overlap::futures
