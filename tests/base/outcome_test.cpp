// tests/base/outcome_test.cpp

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/base/outcome.hpp>

namespace overlap {
namespace {

std::exception_ptr failure(const char* text) { return std::make_exception_ptr(std::runtime_error(text)); }

template <class T>
std::string error_text(const outcome<T>& result) {
  const auto* error = exception_cast<std::runtime_error>(result.exception());
  return error == nullptr ? "none" : error->what();
}

// Counts its living objects and throws when it is told to.
struct fragile {
  explicit fragile(int number_) : number(number_) { ++alive; }
  fragile(const fragile& other) : number(other.number) { copied(); }
  fragile(fragile&& other) : number(other.number) { copied(); }  // NOLINT: it throws, that is the point
  fragile& operator=(const fragile&) = delete;
  ~fragile() { --alive; }

  static void copied() {
    if (copies_until_failure-- == 0) throw std::runtime_error("copying failed");
    ++alive;
  }

  int number;
  static inline int alive = 0;
  static inline int copies_until_failure = -1;
};

static_assert(std::is_copy_constructible_v<outcome<int>>);
static_assert(std::is_nothrow_move_constructible_v<outcome<std::string>>);
static_assert(std::is_nothrow_move_assignable_v<outcome<std::string>>);
static_assert(!std::is_nothrow_move_constructible_v<outcome<fragile>>);
static_assert(!std::is_copy_constructible_v<outcome<std::unique_ptr<int>>>);
static_assert(!std::is_copy_assignable_v<outcome<std::unique_ptr<int>>>);
static_assert(std::is_nothrow_move_constructible_v<outcome<std::unique_ptr<int>>>);
static_assert(!std::is_default_constructible_v<outcome<int>>);
static_assert(std::is_same_v<decltype(std::declval<outcome<std::string>>().value()), std::string>);

class Outcome : public testing::Test {
 protected:
  void SetUp() override {
    fragile::alive = 0;
    fragile::copies_until_failure = -1;
  }
};

TEST_F(Outcome, HoldsAValue) {
  outcome<std::string> result = std::string("page");
  EXPECT_TRUE(result.has_value());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result.value(), "page");
  EXPECT_EQ(*result, "page");
  EXPECT_EQ(result->size(), 4U);
  EXPECT_EQ(result.exception(), nullptr);
  result->append("s");
  EXPECT_EQ(std::as_const(result).value(), "pages");
}

TEST_F(Outcome, HoldsAnErrorAndThrowsIt) {
  const std::exception_ptr error = failure("refused");
  outcome<int> result = error;
  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(result.exception(), error);
  EXPECT_THROW(static_cast<void>(result.value()), std::runtime_error);
  EXPECT_THROW(static_cast<void>(*std::as_const(result)), std::runtime_error);
  EXPECT_THROW(static_cast<void>(std::move(result).value()), std::runtime_error);
}

TEST_F(Outcome, TellsTheTypeOfItsError) {
  const outcome<int> slow = std::make_exception_ptr(timeout_error());
  EXPECT_TRUE(slow.is<timeout_error>());
  EXPECT_TRUE(slow.is<error>());
  EXPECT_FALSE(slow.is<os_error>());
  EXPECT_FALSE(outcome<int>(1).is<error>());
  EXPECT_TRUE(outcome<void>(std::make_exception_ptr(timeout_error())).is<error>());
  EXPECT_FALSE(outcome<void>().is<error>());
}

TEST_F(Outcome, CopiesAndMoves) {
  const outcome<std::string> value = std::string("a long text that does not fit into the object");
  const outcome<std::string> error = failure("gone");
  outcome<std::string> copy = value;
  EXPECT_EQ(*copy, *value);
  const outcome<std::string> moved = std::move(copy);
  EXPECT_EQ(*moved, *value);
  EXPECT_EQ(error_text(outcome<std::string>(error)), "gone");
}

TEST_F(Outcome, IsNotEmptyAfterAMove) {
  outcome<int> error = failure("gone");
  const outcome<int> moved = std::move(error);
  EXPECT_EQ(error_text(moved), "gone");
  EXPECT_EQ(error_text(error), "gone");  // NOLINT(bugprone-use-after-move): that is the question
}

TEST_F(Outcome, IsAssignedAcrossAllStates) {
  const auto check = [](outcome<std::string> target, const outcome<std::string>& source) {
    target = source;
    EXPECT_EQ(target.has_value(), source.has_value());
    EXPECT_EQ(error_text(target), error_text(source));
    if (source.has_value()) {
      EXPECT_EQ(*target, *source);
    }
  };
  check(std::string("one"), std::string("two"));
  check(std::string("one"), failure("two"));
  check(failure("one"), std::string("two"));
  check(failure("one"), failure("two"));
}

TEST_F(Outcome, SurvivesAssignmentToItself) {
  outcome<std::string> value = std::string("myself");
  const outcome<std::string>& alias = value;
  value = alias;
  EXPECT_EQ(*value, "myself");
}

TEST_F(Outcome, HoldsWhatCanOnlyBeMoved) {
  outcome<std::unique_ptr<int>> result = std::make_unique<int>(7);
  outcome<std::unique_ptr<int>> other = failure("none yet");
  other = std::move(result);
  const std::unique_ptr<int> taken = std::move(other).value();
  EXPECT_EQ(*taken, 7);

  std::vector<outcome<std::unique_ptr<int>>> many;
  for (int i = 0; i < 10; ++i) many.emplace_back(std::make_unique<int>(i));
  EXPECT_EQ(**many[9], 9);
}

// The value must not outlive nor be destroyed twice, whichever copy fails.
TEST_F(Outcome, LeaksNothingWhenACopyThrows) {
  {
    const outcome<fragile> source = fragile(1);
    fragile::copies_until_failure = 0;
    EXPECT_THROW(static_cast<void>(outcome<fragile>{source}), std::runtime_error);
    fragile::copies_until_failure = -1;
    EXPECT_EQ(source->number, 1);
  }
  EXPECT_EQ(fragile::alive, 0);
}

TEST_F(Outcome, KeepsItsValueWhenTheCopyForAnAssignmentThrows) {
  {
    const outcome<fragile> source = fragile(1);
    outcome<fragile> target = fragile(2);
    fragile::copies_until_failure = 0;
    EXPECT_THROW(target = source, std::runtime_error);
    fragile::copies_until_failure = -1;
    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->number, 2);
  }
  EXPECT_EQ(fragile::alive, 0);
}

TEST_F(Outcome, HoldsTheErrorWhenTheMoveInAnAssignmentThrows) {
  {
    const outcome<fragile> source = fragile(1);
    outcome<fragile> target = fragile(2);
    fragile::copies_until_failure = 1;  // the copy of the source works, the move into the target fails
    EXPECT_THROW(target = source, std::runtime_error);
    fragile::copies_until_failure = -1;
    EXPECT_FALSE(target.has_value());
    EXPECT_EQ(error_text(target), "copying failed");
  }
  EXPECT_EQ(fragile::alive, 0);
}

TEST_F(Outcome, HoldsATypeWithItsOwnAddressAndNew) {
  struct odd {
    explicit odd(int number_) : number(number_) {}
    odd* operator&() { return nullptr; }  // NOLINT(google-runtime-operator): some libraries do
    static void* operator new(std::size_t) { throw std::runtime_error("not on the heap"); }
    int number;
  };
  outcome<odd> result = odd(3);
  EXPECT_EQ(result->number, 3);
}

TEST_F(Outcome, OfVoidIsSuccessOrAnError) {
  const outcome<void> done;
  EXPECT_TRUE(done.has_value());
  EXPECT_NO_THROW(done.value());
  const outcome<void> failed = failure("refused");
  EXPECT_FALSE(failed);
  EXPECT_THROW(failed.value(), std::runtime_error);
  EXPECT_EQ(error_text(failed), "refused");
}

TEST(OutcomeDeathTest, RefusesANullError) {
  EXPECT_DEATH(static_cast<void>(outcome<int>{std::exception_ptr()}), "not of a null pointer");
}

}  // namespace
}  // namespace overlap
