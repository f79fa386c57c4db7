// tests/threading/thread_exit_test.cpp
//
// Threads that are left to the process, and what happens at its exit. [74]

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <stop_token>
#include <utility>
#include <vector>

#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

TEST(ThreadLeftToTheProcess, RunsToItsEnd) {
  const std::size_t before = active_count();
  gate held;
  thread([&] { held.pass(); }).start();
  held.wait_until_reached();
  EXPECT_EQ(active_count(), before + 1);
  held.open();
  wait_until([&] { return active_count() == before; });
}

TEST(ThreadLeftToTheProcess, MayStillBeJoined) {
  std::vector<thread_handle> handles;
  gate held;
  thread([&] {
    handles.push_back(current_thread());
    held.pass();
  }).start();
  held.wait_until_reached();
  held.open();
  EXPECT_TRUE(handles.front().join());
}

TEST(ThreadLeftToTheProcess, ManyOfThemNeedNobody) {
  const std::size_t before = active_count();
  for (int i = 0; i < 200; ++i) thread([] {}).start();
  wait_until([&] { return active_count() == before; });
}

TEST(ThreadLeftToTheProcess, IsWhatAThreadBecomesWhoseOwnerDiesOnIt) {
  const std::size_t before = active_count();
  gate held;
  auto* self = new thread([] {});
  *self = thread([&held, self] {
    held.pass();
    delete self;
  });
  self->start();
  held.wait_until_reached();
  held.open();
  wait_until([&] { return active_count() == before; });
}

TEST(ThreadExitDeathTest, TheProcessWaitsForThreadsThatWereLeftToIt) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        static gate held;
        thread([] {
          held.pass();
          std::fputs("apple\n", stderr);
        }).start();
        std::atexit([] { held.open(); });  // runs before the library's own handler, which came first
        std::exit(0);
      },
      testing::ExitedWithCode(0), "apple");
}

TEST(ThreadExitDeathTest, TheProcessAsksThreadsToStopThatStillRunAtItsExit) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        static event never;
        thread owned([](std::stop_token stop) {
          never.wait(stop);
          std::fputs("pear\n", stderr);
        });
        owned.start();
        std::exit(0);
      },
      testing::ExitedWithCode(0), "pear");
}

TEST(ThreadExitDeathTest, AThreadMayEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        thread worker([] { std::exit(3); });
        worker.start();
        worker.join();
      },
      testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace overlap::threading
