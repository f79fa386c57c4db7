// tests/base/shared_text_test.cpp

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include <overlap/base/shared_text.hpp>

namespace overlap {
namespace {

static_assert(std::is_nothrow_copy_constructible_v<shared_text>);
static_assert(std::is_nothrow_copy_assignable_v<shared_text>);
static_assert(std::is_nothrow_move_constructible_v<shared_text>);
static_assert(std::is_convertible_v<const char*, shared_text>);
static_assert(std::is_convertible_v<std::string, shared_text>);
static_assert(std::is_convertible_v<std::string_view, shared_text>);
static_assert(!std::is_constructible_v<shared_text, std::nullptr_t>);
static_assert(!std::is_constructible_v<shared_text, int>);
static_assert(sizeof(shared_text) == sizeof(void*));

constinit shared_text made_before_main;

TEST(SharedText, IsEmptyByDefault) {
  EXPECT_TRUE(made_before_main.empty());
  EXPECT_STREQ(made_before_main.c_str(), "");
  EXPECT_NE(made_before_main.view().data(), nullptr);
  EXPECT_EQ(made_before_main.view(), "");
}

TEST(SharedText, HoldsACopyOfTheCharacters) {
  std::string source = "connect to 10.0.0.7";
  const shared_text text = source;
  source.assign(source.size(), '#');
  EXPECT_EQ(text.view(), "connect to 10.0.0.7");
  EXPECT_STREQ(text.c_str(), "connect to 10.0.0.7");
  EXPECT_FALSE(text.empty());
}

TEST(SharedText, OfNoCharactersIsEmpty) {
  EXPECT_TRUE(shared_text("").empty());
  EXPECT_TRUE(shared_text(std::string_view()).empty());
}

TEST(SharedText, KeepsZeroesInside) {
  const std::string_view with_zero("a\0b", 3);
  EXPECT_EQ(shared_text(with_zero).view(), with_zero);
  EXPECT_EQ(shared_text(with_zero).c_str()[3], '\0');
}

TEST(SharedText, EndsWithZeroWhereItsSourceDoesNot) {
  const std::string_view part = std::string_view("abcdef").substr(0, 3);
  EXPECT_EQ(std::strlen(shared_text(part).c_str()), 3U);
}

TEST(SharedText, CopiesShareTheCharacters) {
  const shared_text text = "shared";
  const shared_text copy = text;
  EXPECT_EQ(copy.c_str(), text.c_str());
}

TEST(SharedText, OutlivesTheTextItWasCopiedFrom) {
  shared_text copy;
  {
    const shared_text text = "still there";
    copy = text;
  }
  EXPECT_EQ(copy.view(), "still there");
}

TEST(SharedText, IsEmptyAfterAMove) {
  shared_text text = "moved";
  const shared_text moved = std::move(text);
  EXPECT_EQ(moved.view(), "moved");
  EXPECT_TRUE(text.empty());  // NOLINT(bugprone-use-after-move): that is the question
  text = moved;
  EXPECT_EQ(text.view(), "moved");
}

TEST(SharedText, SurvivesAssignmentToItself) {
  shared_text text = "myself";
  const shared_text& alias = text;
  text = alias;
  EXPECT_EQ(text.view(), "myself");
}

// For the thread sanitizer: the owner count is the only thing that threads write.
TEST(SharedText, MayBeCopiedAndDroppedByThreadsAtOnce) {
  shared_text text = "seen by all";
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = text] {
      for (int turn = 0; turn < 1000; ++turn) {
        const shared_text other = copy;
        EXPECT_EQ(other.view(), "seen by all");
      }
    });
  }
  text = shared_text();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace overlap
