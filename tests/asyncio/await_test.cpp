// tests/asyncio/await_test.cpp
//
// Awaiting: what it gives, and that it never grows the stack (design §4.6). Growth is measured by addresses,
// so a test fails long before the stack overflows, and on every machine in the same way.

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "asyncio/loop_test.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define OVERLAP_SANITIZED 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#    define OVERLAP_SANITIZED 1
#  endif
#endif

namespace overlap::asyncio {
namespace {

#ifdef OVERLAP_SANITIZED
constexpr int scale = 10;  // a tenth is still far more than a stack would bear
#else
constexpr int scale = 1;
#endif
constexpr int ready_awaits = 3'000'000 / scale;
constexpr int suspended_awaits = 1'000'000 / scale;
constexpr int deep_chain = 100'000 / scale;

// The part of the stack that was seen in use.
class stack_gauge {
 public:
  [[gnu::noinline]] void look() noexcept {
    // Not the address of a local: address sanitizer may keep those on the heap.
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (here < lowest_) lowest_ = here;
    if (here > highest_) highest_ = here;
  }
  [[nodiscard]] std::uintptr_t spread() const noexcept { return highest_ - lowest_; }

 private:
  std::uintptr_t lowest_ = UINTPTR_MAX;
  std::uintptr_t highest_ = 0;
};

// A few calls of the loop's step under sanitizers; two bytes an await would already be more.
constexpr std::uintptr_t few_frames = 16 * 1024;

template <class Main>
auto run_in_order(Main&& main) {
  return testing::simulate(testing::simulation_options{.in_order = true}, std::forward<Main>(main));
}

task<int> ready(stack_gauge& gauge, int value) {
  gauge.look();
  co_return value;
}

task<int> ready_after_a_turn(stack_gauge& gauge, int value) {
  co_await sleep(0s);
  gauge.look();
  co_return value;
}

TEST(Await, MillionsOfReadyChildrenLeaveTheStackFlat) {
  stack_gauge gauge;

  const std::int64_t sum = run_in_order([&]() -> task<std::int64_t> {
    std::int64_t total = 0;
    for (int i = 0; i < ready_awaits; ++i) total += co_await ready(gauge, 1);
    co_return total;
  });

  EXPECT_EQ(sum, ready_awaits);
  EXPECT_LT(gauge.spread(), few_frames);
}

TEST(Await, MillionsOfSuspendedChildrenLeaveTheStackFlat) {
  stack_gauge gauge;

  const std::int64_t sum = run_in_order([&]() -> task<std::int64_t> {
    std::int64_t total = 0;
    for (int i = 0; i < suspended_awaits; ++i) total += co_await ready_after_a_turn(gauge, 1);
    co_return total;
  });

  EXPECT_EQ(sum, suspended_awaits);
  EXPECT_LT(gauge.spread(), few_frames);
}

task<> throws(stack_gauge& gauge) {
  gauge.look();
  throw std::runtime_error("expected");
  co_return;
}

TEST(Await, ChildrenThatThrowLeaveTheStackFlat) {
  stack_gauge gauge;

  const int caught = run_in_order([&]() -> task<int> {
    int count = 0;
    for (int i = 0; i < 30'000 / scale; ++i) {
      try {
        co_await throws(gauge);
      } catch (const std::runtime_error&) {
        ++count;
      }
    }
    co_return count;
  });

  EXPECT_EQ(caught, 30'000 / scale);
  EXPECT_LT(gauge.spread(), few_frames);
}

TEST(Await, ScopesThatAreReadyLeaveTheStackFlat) {
  stack_gauge gauge;

  run_in_order([&]() -> task<> {
    for (int i = 0; i < 100'000 / scale; ++i) {
      co_await with(timeout(1s), [&] { return ready(gauge, 1); });
      co_await with(cancel_scope(), [&] { return ready(gauge, 1); });
      co_await with(task_group(), [&] { return ready(gauge, 1); });
      co_await finally([&] { return ready(gauge, 1); }, [&] { return ready(gauge, 1); });
      static_cast<void>(co_await gather(ready(gauge, 1), ready(gauge, 2)));
    }
  });

  EXPECT_LT(gauge.spread(), 2 * few_frames);
}

// Suspends on the way down, so each level starts from the loop and the chain may become as long as it likes.
task<int> chain(stack_gauge& gauge, int below) {
  co_await sleep(0s);
  gauge.look();
  if (below == 0) co_return 0;
  const int depth = co_await chain(gauge, below - 1) + 1;
  gauge.look();
  co_return depth;
}

TEST(Await, ALongChainGrowsAndComesBackOnAFlatStack) {
  stack_gauge gauge;

  EXPECT_EQ(run_in_order(chain(gauge, deep_chain)), deep_chain);

  EXPECT_LT(gauge.spread(), few_frames);
}

task<> failing_chain(stack_gauge& gauge, int below) {
  co_await sleep(0s);
  gauge.look();
  if (below == 0) throw std::runtime_error("from the bottom");
  co_await failing_chain(gauge, below - 1);
}

TEST(Await, AnErrorComesUpALongChainOnAFlatStack) {
  stack_gauge gauge;

  EXPECT_THROW(run_in_order(failing_chain(gauge, deep_chain / 100)), std::runtime_error);

  EXPECT_LT(gauge.spread(), few_frames);
}

struct counted_end {
  int* ended;
  ~counted_end() { ++*ended; }
};

task<> stopped_chain(int& ended, int below) {
  const counted_end end{&ended};
  co_await sleep(0s);
  if (below == 0) {
    co_await sleep(duration::infinite());
  } else {
    co_await stopped_chain(ended, below - 1);
  }
}

// Destroying a frame destroys what it awaits inside its own destruction, so this depth is bounded by the
// stack, as that of starting one child inside another is.
TEST(Await, AStopComesUpAChainOfAThousandFrames) {
  constexpr int depth = 1000;
  int ended = 0;

  run_in_order([&]() -> task<> {
    auto stopped = create_task(stopped_chain(ended, depth));
    co_await wait_all_tasks_blocked();
    stopped.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(stopped.cancelled());
  });

  EXPECT_EQ(ended, depth + 1);
}

OVERLAP_LOOP_SUITE(AwaitResult);

TEST_P(AwaitResult, IsTheValueTheMoveOnlyValueTheReferenceOrNothing) {
  int number = 3;
  const auto value = []() -> task<int> { co_return 1; };
  const auto movable = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); };
  const auto reference = [&]() -> task<int&> { co_return number; };
  const auto nothing = [&]() -> task<> {
    number = 4;
    co_return;
  };

  run_on_loop([&]() -> task<> {
    EXPECT_EQ(co_await value(), 1);
    const std::unique_ptr<int> moved = co_await movable();
    EXPECT_EQ(*moved, 2);
    int& referenced = co_await reference();
    EXPECT_EQ(&referenced, &number);
    co_await nothing();
  });

  EXPECT_EQ(number, 4);
}

TEST_P(AwaitResult, IsTheErrorWhetherItComesAtOnceOrLater) {
  const auto fails = [](duration after) -> task<int> {
    if (after > duration()) co_await sleep(after);
    throw std::runtime_error("expected");
  };

  run_on_loop([&]() -> task<> {
    int caught = 0;
    for (const duration after : {duration(), duration(1s)}) {
      try {
        co_await fails(after);
      } catch (const std::runtime_error&) {
        ++caught;
      }
    }
    EXPECT_EQ(caught, 2);
  });
}

TEST_P(AwaitResult, ATaskThatIsNeverAwaitedNeverRuns) {
  bool ran = false;

  run_on_loop([&]() -> task<> {
    const auto body = [&]() -> task<> {
      ran = true;
      co_return;
    };
    {
      const task<> dropped = body();
    }
    co_await sleep(0s);
  });

  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace overlap::asyncio
