// tests/base/context_var_threads_test.cpp
//
// Contexts and threads: each thread has its own, snapshots travel, and the end of a thread gives values back.

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <overlap/base/context.hpp>

namespace overlap {
namespace {

TEST(ContextThreads, EachThreadHasItsOwnValues) {
  const context_var<int> c("c", -1);
  constexpr int count = 8;
  std::latch all_set(count);
  std::vector<std::thread> threads;
  for (int number = 0; number < count; ++number) {
    threads.emplace_back([&, number] {
      EXPECT_EQ(c.get(), -1);
      c.set(number);
      all_set.arrive_and_wait();
      for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(c.get(), number + i);
        c.set(number + i + 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(c.get(), -1);
}

TEST(ContextThreads, AThreadStartsWithoutValues) {
  const context_var<int> c("c");
  const auto scope = c.scoped_set(1);
  std::thread([&] {
    EXPECT_EQ(c.peek(), nullptr);
    EXPECT_TRUE(copy_context().empty());
  }).join();
}

TEST(ContextThreads, ASnapshotTravels) {
  const context_var<std::string> c("c");
  const auto scope = c.scoped_set("from the main thread");
  std::thread([&, snapshot = copy_context()]() mutable {
    snapshot.run([&] {
      EXPECT_EQ(c.get(), "from the main thread");
      c.set("changed");
    });
    EXPECT_EQ(c.peek(), nullptr);
    EXPECT_EQ(snapshot.get(c), "changed");
  }).join();
  EXPECT_EQ(c.get(), "from the main thread");
}

// For the thread sanitizer: one immutable tree read, copied, changed and dropped from several threads.
TEST(ContextThreads, SnapshotsShareTheirValues) {
  const context_var<std::string> name("name");
  const context_var<int> turn("turn", 0);
  context origin;
  origin.run([&] { name.set("shared by all"); });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, own = origin]() mutable {
      for (int step = 1; step <= 500; ++step) {
        context deeper = own;
        deeper.run([&] {
          EXPECT_EQ(*name.peek(), "shared by all");
          turn.set(step);
        });
        EXPECT_EQ(deeper.get(turn), step);
      }
    });
  }
  origin = context();
  for (std::thread& thread : threads) thread.join();
}

TEST(ContextThreads, TwoThreadsCannotRunInOneContext) {
  context ctx;
  ctx.run([&] { std::thread([&] { EXPECT_THROW(ctx.run([] {}), invalid_state_error); }).join(); });
  std::thread([&] { EXPECT_NO_THROW(ctx.run([] {})); }).join();
}

TEST(ContextThreads, AThreadGivesItsValuesBackAtItsEnd) {
  const context_var<std::shared_ptr<int>> c("c");
  const auto value = std::make_shared<int>(1);
  std::thread([&] {
    c.set(value);
    EXPECT_EQ(value.use_count(), 2);
  }).join();
  EXPECT_EQ(value.use_count(), 1);
}

// A thread_local object made before the thread's context dies after it: it finds no values, but no ruins.
struct asks_at_the_end {
  ~asks_at_the_end() {
    if (result != nullptr) result->store(variable->get(-1));
  }
  const context_var<int>* variable = nullptr;
  std::atomic<int>* result = nullptr;
};

TEST(ContextThreads, MayBeAskedWhileTheThreadEnds) {
  const context_var<int> c("c");
  std::atomic<int> result{0};
  std::thread([&] {
    static thread_local asks_at_the_end late;
    late.variable = &c;
    late.result = &result;
    c.set(5);
  }).join();
  EXPECT_EQ(result.load(), -1);
}

TEST(ContextThreads, VariablesMayBeMadeByThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int turn = 0; turn < 100; ++turn) {
        const context_var<int> first("first");
        const context_var<int> second("second");
        const auto a = first.scoped_set(1);
        const auto b = second.scoped_set(2);
        EXPECT_EQ(first.get(), 1);
        EXPECT_EQ(second.get(), 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace overlap
