// tests/asyncio/cancel_at_each_wait_test.cpp
//
// The same programs again and again, cancelled at every moment of virtual time and after every number of
// turns within it, so at each of their waits. Whatever the moment: every frame that was made is destroyed,
// every permit is back, every descriptor is closed, and the task has ended in one of the two ways it may.

#include <span>
#include <string>
#include <vector>

#include <overlap/base/exception_group.hpp>

#include "asyncio/cancel_everywhere.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(CancelAtEachWait);

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
