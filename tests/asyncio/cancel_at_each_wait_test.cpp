// tests/asyncio/cancel_at_each_wait_test.cpp
//
// The same programs again and again, cancelled at every moment of virtual time and after every number of
// turns within it, so at each of their waits. Whatever the moment: every frame that was made is destroyed,
// every permit is back, every descriptor is closed, and the task has ended in one of the two ways it may.

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include <overlap/base/exception_group.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(CancelAtEachWait);

namespace {

constexpr int moments = 9;         // ms: longer than any of the programs lasts
constexpr int turns_a_moment = 8;  // more than any of them takes without time passing

std::size_t open_descriptors() {
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

task<> nap(surroundings& around, duration how_long) {
  const auto alive = around.frames.make();
  co_await sleep(how_long);
}

task<int> work(surroundings& around, int depth) {
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
ended cancel_everywhere(const std::function<void(const std::function<task<>()>&)>& run_once,
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

}  // namespace

#define EVERYWHERE(...) \
  cancel_everywhere([this](const std::function<task<>()>& main) { run_on_loop(main); }, __VA_ARGS__)

TEST_P(CancelAtEachWait, Gather) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    auto [one, two] = co_await gather(work(around, 3), work(around, 1));
    EXPECT_EQ(one + two, 6);
    std::vector<task<int>> more;
    for (int i = 0; i < 5; ++i) more.push_back(work(around, i));
    EXPECT_EQ((co_await gather(std::move(more))).size(), 5U);
    co_await gather(return_exceptions, nap(around, 1ms), work(around, 2));
  });
}

TEST_P(CancelAtEachWait, GatherThatFails) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    try {
      co_await gather(nap(around, 5ms), [](surroundings& inner) -> task<> {
        const auto also = inner.frames.make();
        co_await sleep(2ms);
        throw error("as planned");
      }(around));
      ADD_FAILURE() << "it must throw";
    } catch (const error& failure) {
      EXPECT_EQ(failure.message(), "as planned");
    }
    co_await sleep(1ms);
  });
}

TEST_P(CancelAtEachWait, TaskGroup) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    co_await with(task_group(), [&around](task_group& group) -> task<> {
      const auto inner = around.frames.make();
      group.create_task(work(around, 2));
      group.create_task([&around, &group]() -> task<> {
        const auto child = around.frames.make();
        co_await sleep(1ms);
        group.create_task(nap(around, 1ms));
      });
      co_await sleep(2ms);
    });
    co_await with(task_group(), [&around](task_group& group) -> task<> {
      group.create_task(nap(around, 1h));
      co_await sleep(1ms);
      group.cancel();
      co_await sleep(1h);
    });
  });
}

TEST_P(CancelAtEachWait, TaskGroupThatFails) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    try {
      co_await with(task_group(), [&around](task_group& group) -> task<> {
        group.create_task(nap(around, 1h));
        group.create_task([&around]() -> task<> {
          const auto child = around.frames.make();
          co_await sleep(2ms);
          throw error("as planned");
        });
        co_await sleep(1h);
      });
      ADD_FAILURE() << "it must throw";
    } catch (const exception_group& failures) {
      EXPECT_EQ(failures.exceptions().size(), 1U);
    }
    co_await sleep(1ms);
  });
}

TEST_P(CancelAtEachWait, Timeout) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    try {
      co_await with(timeout(2ms), [&around]() -> task<> { co_await nap(around, 1h); });
      ADD_FAILURE() << "it must throw";
    } catch (const timeout_error&) {
    }
    EXPECT_EQ(co_await wait_for(work(around, 2), 1s), 3);
    try {
      co_await with(timeout(3ms), timeout(1ms), [&around]() -> task<> { co_await nap(around, 1h); });
      ADD_FAILURE() << "it must throw";
    } catch (const timeout_error&) {
    }
  });
}

namespace {

/// Entering and leaving take their time, and must come in pairs.
struct slow_resource {
  surroundings& around;

  task<> enter() {
    const auto alive = around.frames.make();
    co_await sleep(1ms);
    ++around.entered;
  }
  task<> leave() {
    const auto alive = around.frames.make();
    co_await sleep(1ms);
    ++around.left;
  }
};

}  // namespace

TEST_P(CancelAtEachWait, With) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    co_await with(slow_resource{around}, slow_resource{around},
                  [&around]() -> task<> { co_await nap(around, 1ms); });
    co_await with(cancel_scope(), [&around](cancel_scope& scope) -> task<> {
      scope.cancel("enough");
      co_await nap(around, 1h);
    });
  });
}

TEST_P(CancelAtEachWait, Finally) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    co_await finally(
        [&around]() -> task<> {
          ++around.entered;
          co_await nap(around, 2ms);
        },
        [&around]() -> task<> {
          const auto cleaning = around.frames.make();
          co_await sleep(1ms);
          co_await sleep(0ms);
          ++around.left;
        });
  });
}

TEST_P(CancelAtEachWait, Shield) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    co_await shield([](surroundings& inner) -> task<> {
      const auto also = inner.frames.make();
      ++inner.entered;
      co_await sleep(2ms);
      ++inner.left;
    }(around));
    co_await sleep(1ms);
  });
}

TEST_P(CancelAtEachWait, Semaphore) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    co_await with(task_group(), [&around](task_group& group) -> task<> {
      for (int i = 0; i < 5; ++i) {
        group.create_task([&around]() -> task<> {
          const auto child = around.frames.make();
          auto permit = co_await around.permits.acquire();
          co_await sleep(1ms);
          permit.release();
          auto again = co_await around.permits.acquire();
          co_await sleep(0ms);
        });
      }
      co_return;
    });
  });
}

TEST_P(CancelAtEachWait, ToThread) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    // Closures with captures that have destructors are named: see docs/traps/gcc12_closures.md.
    auto seven = [kept = around.frames.make()] { return 7; };
    EXPECT_EQ(co_await to_thread(seven), 7);
    co_await sleep(1ms);
    auto first = [kept = around.frames.make()] { return 1; };
    auto second = [kept = around.frames.make()] { return 2; };
    auto [one, two] = co_await gather(to_thread(first), to_thread(second));
    EXPECT_EQ(one + two, 3);
    co_await sleep(1ms);
  });
}

TEST_P(CancelAtEachWait, Handles) {
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    co_await with(task_group(), [&around](task_group& group) -> task<> {
      auto first = group.create_task(work(around, 2));
      auto second = group.create_task([first]() -> task<int> { co_return co_await first + 1; });
      EXPECT_EQ(co_await second, 4);
    });
  });
}

TEST_P(CancelAtEachWait, Sockets) {
  if (GetParam() == testing::backend::simulated) GTEST_SKIP() << "needs real descriptors";
  EVERYWHERE([](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    char buffer[16];
    co_await gather(
        [](surroundings& inner) -> task<> {
          const auto also = inner.frames.make();
          co_await sleep(2ms);
          co_await sock_sendall(inner.sockets[0], "hello");
        }(around),
        [](surroundings& inner, std::span<char> into) -> task<> {
          const auto also = inner.frames.make();
          EXPECT_EQ(co_await sock_recv(inner.sockets[1], into), 5U);
        }(around, buffer));
    EXPECT_EQ(std::string(buffer, 5), "hello");
    co_await sleep(1ms);
  });
}

}  // namespace overlap::asyncio
