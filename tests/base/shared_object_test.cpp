// tests/base/shared_object_test.cpp

#include <gtest/gtest.h>

#include <thread>
#include <type_traits>
#include <vector>

#include <overlap/base/detail/shared_object.hpp>

namespace overlap::detail {
namespace {

struct probe : shared_object {
  explicit probe(int& deaths_) noexcept : shared_object(&destroy_probe), deaths(deaths_) {}
  static void destroy_probe(const shared_object* object) noexcept {
    const auto* own = static_cast<const probe*>(object);
    ++own->deaths;
    delete own;
  }
  int& deaths;
};

using reference = shared_reference<probe>;

static_assert(std::is_nothrow_copy_constructible_v<reference>);
static_assert(std::is_nothrow_move_assignable_v<reference>);
static_assert(sizeof(reference) == sizeof(void*));

TEST(SharedObject, DiesWithItsLastReference) {
  int deaths = 0;
  {
    reference first = reference::adopt(new probe(deaths));
    {
      const reference second = first;
      EXPECT_EQ(second.get(), first.get());
      EXPECT_EQ(first->owners, 2U);
    }
    EXPECT_EQ(deaths, 0);
    const reference moved = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_EQ(moved->owners, 1U);
  }
  EXPECT_EQ(deaths, 1);
}

TEST(SharedObject, IsDroppedByAssignment) {
  int deaths = 0;
  reference held = reference::adopt(new probe(deaths));
  const reference& alias = held;
  held = alias;
  EXPECT_EQ(deaths, 0);
  held = reference();
  EXPECT_EQ(deaths, 1);
  EXPECT_FALSE(reference::share(nullptr));
}

TEST(SharedObject, IsHandedOverWithoutCounting) {
  int deaths = 0;
  reference held = reference::adopt(new probe(deaths));
  const probe* bare = held.release();
  EXPECT_FALSE(held);
  EXPECT_EQ(reference::adopt(bare)->owners, 1U);
  EXPECT_EQ(deaths, 1);
}

// For the thread sanitizer: the death must come after every owner's last read.
TEST(SharedObject, MayBeDroppedByThreadsAtOnce) {
  int deaths = 0;
  for (int turn = 0; turn < 50; ++turn) {
    reference held = reference::adopt(new probe(deaths));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([own = held]() mutable {
        const reference other = own;
        EXPECT_GE(__atomic_load_n(&other->owners, __ATOMIC_RELAXED), 2U);
        own = reference();
      });
    }
    held = reference();
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(deaths, turn + 1);
  }
}

}  // namespace
}  // namespace overlap::detail
