// tests/asyncio/default_executor_test.cpp
//
// Which executor to_thread uses. On the simulated backend jobs run on the loop's own thread, at their turn;
// so where they run is tested on the others.

#include <overlap/base/error.hpp>
#include <overlap/futures.hpp>

#include "asyncio/loop_test.hpp"
#include "asyncio/misuse.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::HasSubstr;

class DefaultExecutor : public LoopTest {
 protected:
  [[nodiscard]] static bool has_threads() { return GetParam() != testing::backend::simulated; }
};
INSTANTIATE_TEST_SUITE_P(on, DefaultExecutor, all_backends(), backend_name);

/// A pool that counts what it was given.
futures::thread_pool_executor one_thread() { return futures::thread_pool_executor(1); }

TEST_P(DefaultExecutor, RunsTheCallsOfToThread) {
  if (!has_threads()) GTEST_SKIP() << "a simulation runs the jobs itself";
  run_on_loop([]() -> task<> {
    const futures::thread_pool_executor pool = one_thread();
    get_running_loop().set_default_executor(pool);
    EXPECT_EQ(co_await to_thread([] { return 1; }), 1);
    EXPECT_EQ(co_await run_in_executor(nullptr, [](int left) { return left + 1; }, 1), 2);
    EXPECT_EQ(pool.statistics().submitted, 2U);
  });
}

TEST_P(DefaultExecutor, WithoutOneAPoolIsMade) {
  run_on_loop([]() -> task<> { EXPECT_EQ(co_await run_in_executor(nullptr, [] { return 1; }), 1); });
}

TEST_P(DefaultExecutor, MayBeATemporary) {
  run_on_loop([]() -> task<> {
    get_running_loop().set_default_executor(one_thread());
    EXPECT_EQ(co_await to_thread([] { return 1; }), 1);
  });
}

TEST_P(DefaultExecutor, OutlivesTheObjectThatWasGiven) {
  run_on_loop([]() -> task<> {
    {
      const futures::thread_pool_executor pool = one_thread();
      get_running_loop().set_default_executor(pool);
      EXPECT_EQ(co_await to_thread([] { return 1; }), 1);
    }
    EXPECT_EQ(co_await to_thread([] { return 2; }), 2);
  });
}

TEST_P(DefaultExecutor, StaysInUseForOthersAfterTheLoop) {
  futures::thread_pool_executor pool = one_thread();
  run_on_loop([&]() -> task<> {
    get_running_loop().set_default_executor(pool);
    EXPECT_EQ(co_await to_thread([] { return 1; }), 1);
  });
  EXPECT_EQ(pool.submit([] { return 2; }).result(), 2);
}

TEST_P(DefaultExecutor, ThatWasShutDownRefuses) {
  run_on_loop([]() -> task<> {
    futures::thread_pool_executor pool = one_thread();
    get_running_loop().set_default_executor(pool);
    pool.shutdown();
    EXPECT_THROW(co_await to_thread([] { ADD_FAILURE() << "called"; }), invalid_state_error);
    get_running_loop().set_default_executor(one_thread());
    EXPECT_EQ(co_await to_thread([] { return 1; }), 1);
  });
}

// Its job needs the loop to end: a loop that waited for it while replacing it would never come to that.
TEST_P(DefaultExecutor, ReplacingItDoesNotWaitForWhatRunsThere) {
  if (!has_threads()) GTEST_SKIP() << "needs another thread";
  run_on_loop([]() -> task<> {
    futures::promise<void> go_on;
    const auto blocked = [&go_on] { go_on.get_future().result(); };
    co_await with(task_group(), [&](task_group& group) -> task<> {
      const auto calls = [&]() -> task<> { co_await to_thread(blocked); };
      group.create_task(calls);
      co_await sleep(0s);
      get_running_loop().set_default_executor(one_thread());
      get_running_loop().set_default_executor(one_thread());
      EXPECT_EQ(co_await to_thread([] { return 1; }), 1);
      go_on.set_result();
    });
  });
}

TEST_P(DefaultExecutor, MayBeAnyOfThem) {
  run_on_loop([]() -> task<> {
    get_running_loop().set_default_executor(futures::inline_executor());
    EXPECT_EQ(co_await to_thread([] { return 1; }), 1);
    const futures::any_executor erased = one_thread();
    get_running_loop().set_default_executor(erased);
    EXPECT_EQ(co_await to_thread([] { return 2; }), 2);
  });
}

TEST_P(DefaultExecutor, IsSetOnTheLoopsOwnThread) {
  run_on_loop([]() -> task<> {
    const event_loop loop = get_running_loop();
    as_if_in_another_thread([&] {
      EXPECT_THAT(error_of([&] { event_loop(loop).set_default_executor(one_thread()); }),
                  HasSubstr("outside of its own thread"));
    });
    co_return;
  });
}

}  // namespace
}  // namespace overlap::asyncio
