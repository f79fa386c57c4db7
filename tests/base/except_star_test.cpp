// tests/base/except_star_test.cpp
//
// Who gets what: the assertions of CPython's test_except_star on splitting, in our words. What is thrown at
// the end: except_star_raise_test.cpp.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <overlap/base/except_star.hpp>

#include "base/error_shapes.hpp"

namespace overlap {
namespace {

using testing::group;
using testing::key_error;
using testing::shape;
using testing::small_value_error;
using testing::thrown;
using testing::type;
using testing::type_error;
using testing::value;
using testing::value_error;

// One handler for Errors: what it got, and what came out at the end.
template <class... Errors>
void expect_handled(const std::exception_ptr& error, const std::string& matched, const std::string& rest) {
  std::string got = "none";
  std::exception_ptr left;
  try {
    except_star(error).on<Errors...>([&](const exception_group& part) { got = shape(part); }).done();
  } catch (...) {
    left = std::current_exception();
  }
  EXPECT_EQ(got, matched);
  EXPECT_EQ(shape(left), rest);
}

TEST(ExceptStar, GivesAHandlerThePartWithItsTypes) {
  expect_handled<key_error>(group("test1", {value(1), type(2)}), "none", "test1[value 1, type 2]");
  expect_handled<value_error>(group("test2", {value(1), value(2)}), "test2[value 1, value 2]", "none");
  expect_handled<value_error>(group("test3", {value(1), type(2), value(3)}), "test3[value 1, value 3]",
                              "test3[type 2]");
}

TEST(ExceptStar, KeepsTheNesting) {
  const std::exception_ptr nested =
      group("g1", {value(1), type(2), group("g2", {type(3), value(4), thrown(5)})});
  expect_handled<value_error>(nested, "g1[value 1, g2[value 4]]", "g1[type 2, g2[type 3, int]]");
  expect_handled<value_error, int>(nested, "g1[value 1, g2[value 4, int]]", "g1[type 2, g2[type 3]]");
}

TEST(ExceptStar, WrapsAnErrorThatIsNoGroup) {
  expect_handled<value_error>(value(1), "[value 1]", "none");
  expect_handled<std::exception>(value(1), "[value 1]", "none");
  expect_handled<int>(thrown(7), "[int]", "none");
}

TEST(ExceptStar, DoesNotWrapAGroup) {
  expect_handled<std::exception>(group("eg", {value(1)}), "eg[value 1]", "none");
}

TEST(ExceptStar, LeavesAnErrorThatNobodyTookAsItWas) {
  const std::exception_ptr naked = value(1);
  const std::exception_ptr whole = group("eg", {value(1)});
  for (const std::exception_ptr& error : {naked, whole}) {
    try {
      except_star(error).on<type_error>([] { FAIL() << "not its type"; }).done();
      FAIL() << "it was dropped";
    } catch (...) {
      EXPECT_EQ(std::current_exception(), error);
    }
  }
}

TEST(ExceptStar, TheFirstHandlerOfATypeWins) {
  std::vector<std::string> got;
  except_star(group("eg", {value(1), thrown(small_value_error(2))}))
      .on<small_value_error>([&](const exception_group& part) { got.push_back("first " + shape(part)); })
      .on<value_error>([&](const exception_group& part) { got.push_back("second " + shape(part)); })
      .done();
  EXPECT_EQ(got, (std::vector<std::string>{"first eg[small value 2]", "second eg[value 1]"}));

  except_star(group("eg", {thrown(small_value_error(2))}))
      .on<value_error>([] {})
      .on<small_value_error>([] { FAIL() << "was taken as a value_error"; })
      .done();
}

TEST(ExceptStar, CallsAHandlerOnceForAllItsErrors) {
  int calls = 0;
  except_star(group("eg", {value(1), value(2), group("in", {value(3), type(4)})}))
      .on<value_error, type_error>([&] { ++calls; })
      .done();
  EXPECT_EQ(calls, 1);
}

TEST(ExceptStar, TellsOneObjectThatIsThereTwiceAsTwo) {
  const std::exception_ptr same = value(1);
  const std::exception_ptr error = group("eg", {same, type(2), group("in", {same})});
  expect_handled<value_error>(error, "eg[value 1, in[value 1]]", "eg[type 2]");
  expect_handled<type_error>(error, "eg[type 2]", "eg[value 1, in[value 1]]");
}

TEST(ExceptStar, LetsAHandlerVisitItsErrors) {
  std::vector<int> numbers;
  try_star([] { throw exception_group("eg", {value(1), type(2), group("in", {value(3)})}); })
      .on<value_error>([&](const exception_group& matched) {
        matched.for_each<value_error>([&](const value_error& error) { numbers.push_back(error.number); });
      })
      .on<type_error>([] {})
      .done();
  EXPECT_EQ(numbers, (std::vector{1, 3}));
}

TEST(ExceptStar, RunsNoHandlerWhenNothingWasThrown) {
  bool otherwise = false;
  except_star(nullptr)
      .on<std::exception>([] { FAIL() << "there is no error"; })
      .otherwise([&] { otherwise = true; })
      .done();
  EXPECT_TRUE(otherwise);
}

TEST(ExceptStar, OtherwiseIsNotRunAfterAnErrorThatWasHandled) {
  except_star(value(1)).on<value_error>([] {}).otherwise([] { FAIL() << "there was an error"; }).done();
}

TEST(ExceptStar, HandlersAreNotForWhatOtherwiseThrows) {
  EXPECT_THROW(try_star([] {})
                   .on<value_error>([] { FAIL() << "otherwise is not what was tried"; })
                   .otherwise([] { throw value_error(1); })
                   .done(),
               value_error);
}

TEST(ExceptStar, TriesAFunction) {
  std::string order;
  try_star([&] { order += "tried "; }).otherwise([&] { order += "else "; }).done();
  try_star([&] {
    order += "tried ";
    throw type_error(1);
  }).on<type_error>([&] {
      order += "handled";
    }).done();
  EXPECT_EQ(order, "tried else tried handled");
}

TEST(ExceptStar, NestsInAHandler) {
  std::string inner;
  std::string outer;
  except_star(group("outer", {value(1)}))
      .on<value_error>([&](const exception_group& part) {
        try_star([] {
          throw exception_group("inner", {type(2)});
        }).on<type_error>([&](const exception_group& deeper) {
            inner = shape(deeper);
          }).done();
        outer = shape(std::current_exception());
        EXPECT_EQ(shape(part), outer);
      })
      .done();
  EXPECT_EQ(inner, "inner[type 2]");
  EXPECT_EQ(outer, "outer[value 1]");
}

TEST(ExceptStar, LeavesTheErrorBeingHandledAroundItAlone) {
  try {
    throw key_error(42);
  } catch (...) {
    try_star([] { throw type_error(1); }).on<std::exception>([] {}).done();
    EXPECT_EQ(shape(std::current_exception()), "key 42");
  }
  EXPECT_EQ(std::current_exception(), nullptr);
}

TEST(ExceptStar, WorksInADestructorWhileAnExceptionPasses) {
  struct cleanup {
    explicit cleanup(std::string& got_) : got(got_) {}
    ~cleanup() {
      try_star([] {
        throw value_error(1);
      }).on<value_error>([&](const exception_group& part) {
          got = shape(part);
        }).done();
    }
    std::string& got;
  };
  std::string got;
  EXPECT_THROW(
      {
        const cleanup guard(got);
        throw type_error(2);
      },
      type_error);
  EXPECT_EQ(got, "[value 1]");
}

TEST(ExceptStar, IsLeftAloneWhenAnExceptionPassesThroughTheExpression) {
  const auto handler = []() -> void (*)() { throw key_error(1); };
  EXPECT_THROW(except_star(value(1)).on<value_error>(handler()).done(), key_error);
}

TEST(ExceptStarDeathTest, NoticesAChainThatWasNotEnded) {
  EXPECT_DEATH(static_cast<void>(except_star(value(1))), "end a chain of except_star handlers with done");
  EXPECT_DEATH(static_cast<void>(except_star(nullptr).otherwise([] {})), "end a chain");
}

// An exception that was passing before the chain began is no excuse.
TEST(ExceptStarDeathTest, NoticesItAlsoInADestructorWhileAnExceptionPasses) {
  struct forgetful {
    ~forgetful() { static_cast<void>(except_star(value(1))); }
  };
  EXPECT_DEATH(
      {
        try {
          const forgetful guard;
          throw type_error(2);
        } catch (const type_error&) {
        }
      },
      "end a chain of except_star handlers with done");
}

}  // namespace
}  // namespace overlap
