// tests/base/assert_test.cpp

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include <overlap/base/assert.hpp>

namespace overlap {
namespace {

struct reported : std::runtime_error {
  explicit reported(const misuse& broken)
      : std::runtime_error(broken.advice), condition(broken.condition), place(broken.place) {}
  std::string condition;
  std::source_location place;
};

class Assert : public testing::Test {
 protected:
  ~Assert() override { set_misuse_handler(before_); }

  misuse_handler before_ = set_misuse_handler([](const misuse& broken) { throw reported(broken); });
};

TEST_F(Assert, DoesNothingWhenTheRuleHolds) {
  int evaluations = 0;
  OVERLAP_ASSERT(++evaluations == 1, "evaluate once");
  EXPECT_EQ(evaluations, 1);
}

TEST_F(Assert, TellsTheRuleTheAdviceAndThePlace) {
  try {
    OVERLAP_ASSERT(1 + 1 == 3, "count again");
    FAIL() << "the handler was not called";
  } catch (const reported& broken) {
    EXPECT_EQ(broken.condition, "1 + 1 == 3");
    EXPECT_STREQ(broken.what(), "count again");
    EXPECT_EQ(broken.place.line(), static_cast<unsigned>(__LINE__ - 5));
    EXPECT_TRUE(std::string_view(broken.place.file_name()).ends_with("assert_test.cpp"));
  }
}

TEST_F(Assert, IsAnExpression) {
  const auto checked = [](const int* pointer) {
    return OVERLAP_ASSERT(pointer != nullptr, "give a number"), *pointer;
  };
  const int number = 7;
  EXPECT_EQ(checked(&number), 7);
  EXPECT_THROW(checked(nullptr), reported);
}

TEST_F(Assert, TakesAConditionThatOnlyConvertsToBoolExplicitly) {
  struct flag {
    explicit operator bool() const { return false; }
  };
  EXPECT_THROW(OVERLAP_ASSERT(flag(), "raise the flag"), reported);
}

TEST_F(Assert, HandlersAreReturnedWhenReplaced) {
  const misuse_handler mine = [](const misuse&) {};
  const misuse_handler throwing = set_misuse_handler(mine);
  EXPECT_EQ(set_misuse_handler(throwing), mine);
}

TEST(AssertDeathTest, AbortsWithTheTextWhenNobodyListens) {
  EXPECT_DEATH(OVERLAP_ASSERT(false, "do the other thing"),
               "assert_test.cpp:[0-9]+: in .*broken rule: false\n  do the other thing");
}

TEST(AssertDeathTest, AbortsWhenTheHandlerReturns) {
  EXPECT_DEATH(
      {
        set_misuse_handler([](const misuse&) {});
        OVERLAP_ASSERT(false, "not seen by anybody");
      },
      "");
}

TEST(AssertDeathTest, NoHandlerMeansTheFirstOne) {
  EXPECT_DEATH(
      {
        set_misuse_handler(nullptr);
        OVERLAP_ASSERT(false, "still heard");
      },
      "still heard");
}

}  // namespace
}  // namespace overlap
