// tests/threading/local_test.cpp
//
// A value for each thread and each object.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

TEST(Local, HasAValueOfItsOwnOnEachThread) {
  local<int> number;
  *number = 1;
  thread other([&] {
    EXPECT_FALSE(number.has_value());
    EXPECT_EQ(*number, 0);
    *number = 2;
    EXPECT_EQ(*number, 2);
  });
  other.start();
  other.join();
  EXPECT_EQ(*number, 1);
}

TEST(Local, HasAValueOfItsOwnInEachObject) {
  std::vector<std::unique_ptr<local<int>>> numbers;
  for (int i = 0; i < 50; ++i) {
    numbers.push_back(std::make_unique<local<int>>([i] { return i; }));
    EXPECT_EQ(**numbers.back(), i);
  }
  for (int i = 0; i < 50; ++i) EXPECT_EQ(**numbers[static_cast<std::size_t>(i)], i);
}

TEST(Local, MakesItsValuesByAFactoryOnTheThreadThatAsks) {
  local<std::uint64_t> ident([] { return get_ident(); });
  EXPECT_EQ(*ident, get_ident());
  thread other([&] { EXPECT_EQ(ident.get(), get_ident()); });
  other.start();
  other.join();
}

TEST(Local, HoldsWhatCanNeitherBeCopiedNorMoved) {
  local<std::atomic<int>> number([] { return std::atomic<int>(4); });
  EXPECT_EQ(number->load(), 4);
}

TEST(Local, AFactoryThatThrowsLeavesNoValue) {
  bool fails = true;
  local<int> number([&] {
    if (fails) throw std::runtime_error("not now");
    return 3;
  });
  EXPECT_THROW(static_cast<void>(*number), std::runtime_error);
  EXPECT_FALSE(number.has_value());
  fails = false;
  EXPECT_EQ(*number, 3);
}

struct noted {
  explicit noted(std::atomic<int>& count) : living(count) { ++living; }
  noted(const noted&) = delete;
  noted& operator=(const noted&) = delete;
  ~noted() { --living; }
  std::atomic<int>& living;
};

TEST(Local, AValueDiesWithItsThread) {
  std::atomic<int> living = 0;
  local<noted> values([&] { return noted(living); });
  thread other([&] {
    static_cast<void>(values.get());
    EXPECT_EQ(living, 1);
  });
  other.start();
  other.join();
  EXPECT_EQ(living, 0);
}

TEST(Local, AllValuesDieWithTheLocal) {
  std::atomic<int> living = 0;
  std::optional<local<noted>> values(std::in_place, [&] { return noted(living); });
  gate held;
  static_cast<void>(values->get());
  thread other([&] {
    static_cast<void>(values->get());
    held.pass();
  });
  other.start();
  held.wait_until_reached();
  EXPECT_EQ(living, 2);
  values.reset();
  EXPECT_EQ(living, 0);
  held.open();
}

TEST(Local, AValueMayBeDestroyedEarly) {
  std::atomic<int> living = 0;
  local<noted> values([&] { return noted(living); });
  values.reset();
  static_cast<void>(values.get());
  values.reset();
  EXPECT_EQ(living, 0);
  EXPECT_FALSE(values.has_value());
  static_cast<void>(values.get());
  EXPECT_EQ(living, 1);
}

TEST(Local, ManyThatComeAndGoLeaveNothingBehind) {
  for (int i = 0; i < 10'000; ++i) {
    local<int> number([i] { return i; });
    ASSERT_EQ(*number, i);
  }
}

struct looking_at {
  explicit looking_at(local<int>* of, int* into) : looked(of), seen(into) {}
  looking_at(const looking_at&) = delete;
  looking_at& operator=(const looking_at&) = delete;
  ~looking_at() { *seen = **looked; }
  local<int>* looked;
  int* seen;
};

TEST(Local, MayBeUsedByTheDestructorOfAnothersValue) {
  local<int> number([] { return 7; });
  int seen = 0;
  local<looking_at> last([&] { return looking_at(&number, &seen); });
  thread other([&] {
    static_cast<void>(number.get());
    static_cast<void>(last.get());
  });
  other.start();
  other.join();
  EXPECT_EQ(seen, 7);
}

}  // namespace
}  // namespace overlap::threading
