// tests/asyncio/cancel_everywhere.hpp
//
// The same program again and again, cancelled at every moment of virtual time and after every number of turns
// within it, so at each of its waits. Whatever the moment: every frame that was made is destroyed, every
// permit is back, every descriptor is closed, and the task has ended in one of the two ways it may.
//
// Threads: the test's thread.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <vector>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

constexpr int moments = 9;         // ms: longer than any of the programs lasts
constexpr int turns_a_moment = 8;  // more than any of them takes without time passing

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

/// What a program is given, and what must be as before when it is over.
struct surroundings {
  live_counter frames;
  semaphore permits{2};
  int entered = 0;
  int left = 0;
  std::vector<int> sockets;  // a connected pair, for the programs that want one
};

using program = std::function<task<>(surroundings&)>;

inline task<> nap(surroundings& around, duration how_long) {
  const auto alive = around.frames.make();
  co_await sleep(how_long);
}

inline task<int> work(surroundings& around, int depth) {
  const auto alive = around.frames.make();
  if (depth == 0) {
    co_await sleep(1ms);
    co_return 1;
  }
  const int below = co_await work(around, depth - 1);
  co_await sleep(0ms);
  co_return below + 1;
}

struct ended {
  int completed = 0;
  int stopped = 0;
};

/// Runs `started` once for each moment and turn, and cancels it there.
inline ended cancel_everywhere(const std::function<void(const std::function<task<>()>&)>& run_once,
                               const program& started) {
  ended seen;
  const std::size_t descriptors_before = open_descriptors();
  for (int moment = 0; moment < moments; ++moment) {
    for (int turn = 0; turn < turns_a_moment; ++turn) {
      surroundings around;
      int pair[2];
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
      around.sockets = {pair[0], pair[1]};

      run_once([&]() -> task<> {
        auto running = create_task(started(around));
        co_await sleep(duration::from_seconds(0.001) * moment);
        for (int each = 0; each < turn; ++each) co_await sleep(0ms);
        running.cancel("at this moment");
        try {
          co_await running;
          ++seen.completed;
        } catch (const cancelled_error&) {
          ++seen.stopped;
        }
        EXPECT_EQ(around.frames.alive(), 0) << "moment " << moment << ", turn " << turn;
      });

      EXPECT_EQ(around.frames.alive(), 0) << "moment " << moment << ", turn " << turn;
      EXPECT_GT(around.frames.made(), 0);
      EXPECT_EQ(around.permits.statistics().permits_free, 2U) << "moment " << moment << ", turn " << turn;
      EXPECT_EQ(around.permits.statistics().tasks_waiting, 0U);
      EXPECT_EQ(around.entered, around.left) << "moment " << moment << ", turn " << turn;
      ::close(pair[0]);
      ::close(pair[1]);
    }
  }
  EXPECT_EQ(open_descriptors(), descriptors_before);
  EXPECT_EQ(seen.completed + seen.stopped, moments * turns_a_moment);
  EXPECT_GT(seen.completed, 0) << "it never came to its end: more moments are needed";
  EXPECT_GT(seen.stopped, 0) << "it was never stopped";
  return seen;
}

}  // namespace overlap::asyncio

/// Inside a TEST_P of a LoopTest.
#define EVERYWHERE(...) \
  cancel_everywhere([this](const std::function<task<>()>& main) { run_on_loop(main); }, __VA_ARGS__)
