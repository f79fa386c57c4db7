// tests/futures/thread_pool_stress_test.cpp
//
// Large numbers, and every phase at the wrong moment: nothing is lost, nothing hangs.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include <overlap/futures/as_completed.hpp>
#include <overlap/futures/parallel.hpp>
#include <overlap/futures/thread_pool_executor.hpp>
#include <overlap/futures/wait.hpp>

#include "futures/gate.hpp"
#include "futures/unhandled_capture.hpp"

namespace overlap::futures {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int million = 100'000;
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int million = 100'000;
#  else
constexpr int million = 1'000'000;
#  endif
#else
constexpr int million = 1'000'000;
#endif

TEST(ThreadPoolStress, AMillionQueuedJobsAllRunOnce) {
  gate busy;
  thread_pool_executor pool(2);
  const auto holder = pool.submit([&] { busy.pass(); });
  busy.wait_until_reached();
  std::vector<future<int>> results;
  results.reserve(million);
  for (int number = 0; number < million; ++number)
    results.push_back(pool.submit([number] { return number; }));
  busy.open();
  for (int number = 0; number < million; ++number) {
    ASSERT_EQ(std::move(results[static_cast<std::size_t>(number)]).result(), number);
  }
  holder.result();
  pool.shutdown();
  EXPECT_EQ(pool.statistics().completed, static_cast<std::uint64_t>(million) + 1);
}

TEST(ThreadPoolStress, AMillionJobsSubmittedInsideAllRunOnce) {
  thread_pool_executor pool(2);
  std::atomic<int> ran{0};
  pool.submit([&] {
        for (int number = 0; number < million; ++number) pool.submit([&] { ++ran; });
      })
      .result();
  pool.shutdown();
  EXPECT_EQ(ran, million);
}

// Each of 10,000 jobs blocks on another job of the same pool, in chains and in trees, on 8 workers.
TEST(ThreadPoolStress, TenThousandBlockedWaitsOnEightWorkersEnd) {
  thread_pool_executor pool(8);
  std::vector<future<int>> parents;
  for (int parent = 0; parent < 10'000; ++parent) {
    parents.push_back(pool.submit([&pool, parent] {
      const auto child =
          pool.submit([&pool, parent] { return pool.submit([parent] { return parent; }).result(); });
      return child.result();
    }));
  }
  long sum = 0;
  for (const auto& each : as_completed(parents)) sum += each.result();
  EXPECT_EQ(sum, 49'995'000);
}

TEST(ThreadPoolStress, TenThousandBlockedThreadsWorthOfWaitsForOnePromise) {
  promise<int> source;
  std::atomic<int> woken{0};
  std::vector<future<int>> all(10'000, source.get_future());
  for (const auto& each : all) each.add_done_callback([&] { ++woken; });
  thread_pool_executor pool(8);
  std::vector<future<int>> waiting;
  for (int index = 0; index < 8; ++index) {
    waiting.push_back(pool.submit([&all] {
      int sum = 0;
      for (const auto& each : all) sum += each.result();
      return sum;
    }));
  }
  source.set_result(1);
  for (const auto& each : waiting) EXPECT_EQ(each.result(), 10'000);
  EXPECT_EQ(woken, 10'000);
}

// Submitters, nested jobs, forks, cancels, errors and a shutdown that comes at a random moment, in all
// variants.
TEST(ThreadPoolStress, AShutdownAtAnyMomentLosesNothing) {
  const unhandled_capture capture;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    std::minstd_rand random(seed);
    const bool wait = random() % 2 == 0;
    const bool cancel = random() % 2 == 0;
    const bool is_done_by_a_job = random() % 5 == 0;
    // Otherwise jobs may run when the executor object is gone.
    const bool jobs_may_use_the_pool = wait && !is_done_by_a_job;
    std::atomic<int> accepted{0};
    std::atomic<int> ended{0};
    {
      thread_pool_executor pool({.max_workers = 1 + static_cast<int>(random() % 4),
                                 .max_tasks = random() % 3 == 0 ? 5 : 0,
                                 .warm_start = random() % 4 == 0});
      const auto submit = [&](unsigned kind) {
        const auto job = pool.submit_with({.priority = kind % 7 == 0 ? static_cast<int>(kind % 5) - 2 : 0},
                                          [&pool, kind, jobs_may_use_the_pool] {
                                            if (kind % 5 == 0) throw std::runtime_error("expected");
                                            if (kind % 5 == 1 && jobs_may_use_the_pool)
                                              parallel_for(pool, 0, 50, [](int) {});
                                            if (kind % 5 == 2 && jobs_may_use_the_pool) {
                                              try {
                                                pool.submit([] { return 1; }).result();
                                              } catch (const invalid_state_error&) {
                                              } catch (const cancelled_error&) {
                                              }
                                            }
                                          });
        ++accepted;
        job.add_done_callback([&ended] { ++ended; });
        if (kind % 11 == 0) job.cancel();
      };
      std::vector<std::jthread> submitters;
      for (int index = 0; index < 2; ++index) {
        submitters.emplace_back(
            [&, own = std::minstd_rand(seed * 7 + static_cast<unsigned>(index))]() mutable {
              try {
                for (int job = 0; job < 200; ++job) submit(static_cast<unsigned>(own()));
              } catch (const invalid_state_error&) {
              }
            });
      }
      while (accepted < static_cast<int>(random() % 300)) std::this_thread::yield();
      if (is_done_by_a_job) {
        try {
          pool.submit([&] { pool.shutdown({.wait = wait, .cancel_futures = cancel}); });
        } catch (const invalid_state_error&) {
        }
      } else {
        pool.shutdown({.wait = wait, .cancel_futures = cancel});
      }
      submitters.clear();
    }
    // Without waiting the jobs may still be ending.
    while (ended != accepted) std::this_thread::yield();
  }
}

TEST(ThreadPoolStress, APoolMayBeDestroyedWhileItsResultsAreAwaited) {
  for (int round = 0; round < 200; ++round) {
    std::vector<future<int>> results;
    std::jthread waiter;
    {
      thread_pool_executor pool(2);
      for (int job = 0; job < 5; ++job) results.push_back(pool.submit([job] { return job; }));
      waiter = std::jthread([results] { EXPECT_EQ(wait(results).done.size(), 5U); });
    }
    for (const auto& each : results) ASSERT_TRUE(each.done());
  }
}

// A burst, silence, a burst: every worker falls asleep in between.
TEST(ThreadPoolStress, BurstsAfterSilenceFindTheWorkersAgain) {
  thread_pool_executor pool(4);
  for (int burst = 0; burst < 50; ++burst) {
    std::vector<future<int>> results;
    for (int job = 0; job < 40; ++job) results.push_back(pool.submit([job] { return job; }));
    int sum = 0;
    for (const auto& each : results) sum += each.result();
    ASSERT_EQ(sum, 780);
    promise<void> silence;
    silence.get_future().wait(duration::from_nanoseconds(2'000'000));
  }
}

}  // namespace
}  // namespace overlap::futures
