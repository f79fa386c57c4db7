// tests/base/except_star_raise_test.cpp
//
// What a chain of handlers throws at its end: the assertions of CPython's test_except_star on raising, in our
// words; each expectation was also run with Python 3.13.

#include <gtest/gtest.h>

#include <string>

#include <overlap/base/except_star.hpp>

#include "base/error_shapes.hpp"

namespace overlap {
namespace {

using testing::group;
using testing::key;
using testing::key_error;
using testing::shape;
using testing::thrown;
using testing::type;
using testing::type_error;
using testing::value;
using testing::value_error;

template <class Chain>
std::exception_ptr raised(Chain chain) {
  try {
    chain();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

void again() { throw; }
void fresh() { throw key_error(9); }

std::exception_ptr three() { return group("eg", {type(1), value(2), thrown(3)}); }

TEST(ExceptStarRaise, AllThrownAgainIsTheWholeAgain) {
  const std::exception_ptr original = three();
  const std::exception_ptr error =
      raised([&] { except_star(original).on<type_error>(again).on<value_error>(again).done(); });
  EXPECT_EQ(error, original);
}

TEST(ExceptStarRaise, WhatIsThrownAgainJoinsTheRestInItsPlace) {
  EXPECT_EQ(shape(raised([] { except_star(three()).on<type_error>(again).on<value_error>([] {}).done(); })),
            "eg[type 1, int]");
  EXPECT_EQ(
      shape(raised([] { except_star(three()).on<type_error, int>([] {}).on<value_error>(again).done(); })),
      "eg[value 2]");

  const std::exception_ptr nested =
      group("eg", {group("n", {value(1), type(2)}), group("m", {value(3), thrown(4)})});
  EXPECT_EQ(shape(raised([&] { except_star(nested).on<value_error>(again).on<type_error>([] {}).done(); })),
            "eg[n[value 1], m[value 3, int]]");
}

TEST(ExceptStarRaise, WhatWasThrownAgainIsNotHandledTwice) {
  EXPECT_EQ(shape(raised([] {
              except_star(three()).on<type_error>(again).on<type_error, value_error, int>([] {}).done();
            })),
            "eg[type 1]");
}

TEST(ExceptStarRaise, AnErrorThatIsNoGroupIsThrownAgainInItsGroup) {
  EXPECT_EQ(shape(raised([] { except_star(value(42)).on<value_error>(again).done(); })), "[value 42]");
}

TEST(ExceptStarRaise, ANewErrorAloneIsThrownAsItIs) {
  EXPECT_EQ(shape(raised([] { except_star(value(1)).on<value_error>(fresh).done(); })), "key 9");
  EXPECT_EQ(shape(raised([] { except_star(group("eg", {value(1)})).on<value_error>(fresh).done(); })),
            "key 9");
  EXPECT_EQ(shape(raised([] { except_star(three()).on<type_error, value_error, int>(fresh).done(); })),
            "key 9");
}

TEST(ExceptStarRaise, ANewErrorIsGroupedWithTheRest) {
  EXPECT_EQ(shape(raised([] { except_star(three()).on<type_error>(fresh).done(); })),
            "[key 9, eg[value 2, int]]");
  EXPECT_EQ(shape(raised([] {
              except_star(group("eg", {group("n", {value(1)}), type(2)})).on<value_error>(fresh).done();
            })),
            "[key 9, eg[type 2]]");
}

TEST(ExceptStarRaise, NewErrorsComeInOrderAndTheRestLast) {
  EXPECT_EQ(shape(raised([] {
              except_star(three())
                  .on<value_error>([] { throw key_error(1); })
                  .on<type_error>([] { throw exception_group("new", {key(2)}); })
                  .done();
            })),
            "[key 1, new[key 2], eg[int]]");
}

TEST(ExceptStarRaise, NewErrorsAndThoseThrownAgainComeTogether) {
  EXPECT_EQ(shape(raised([] {
              except_star(three()).on<value_error>(again).on<type_error>(fresh).on<int>([] {}).done();
            })),
            "[key 9, eg[value 2]]");
}

// As in Python, where `raise e` makes another traceback: a copy is another error than the one handled.
TEST(ExceptStarRaise, ACopyOfThePartIsANewError) {
  EXPECT_EQ(shape(raised([] {
              except_star(three()).on<value_error>([](const exception_group& part) { throw part; }).done();
            })),
            "[eg[value 2], eg[type 1, int]]");
}

TEST(ExceptStarRaise, ALeafOfThePartIsANewError) {
  const std::exception_ptr leaf = value(1);
  const std::exception_ptr error = raised([&] {
    except_star(group("eg", {leaf, type(2)}))
        .on<value_error, type_error>(
            [](const exception_group& part) { std::rethrow_exception(part.exceptions()[0]); })
        .done();
  });
  EXPECT_EQ(error, leaf);
}

TEST(ExceptStarRaise, ThePartMayBeThrownAgainFromDeepInside) {
  EXPECT_EQ(shape(raised([] {
              except_star(three())
                  .on<value_error>([] {
                    try {
                      throw;
                    } catch (const exception_group&) {
                      throw;
                    }
                  })
                  .on<type_error, int>([] {})
                  .done();
            })),
            "eg[value 2]");
}

// What was handled inside a handler does not count as thrown.
TEST(ExceptStarRaise, WhatAHandlerCatchesItselfIsGone) {
  EXPECT_EQ(raised([] {
              except_star(value(1))
                  .on<value_error>([] {
                    try {
                      throw;
                    } catch (...) {
                    }
                  })
                  .done();
            }),
            nullptr);
}

TEST(ExceptStarRaise, KeepsTheTypeOfASubclass) {
  struct coded_group : exception_group {
    coded_group(shared_text message, std::span<const std::exception_ptr> exceptions, int code_)
        : exception_group(std::move(message), exceptions), code(code_) {}
    [[nodiscard]] std::exception_ptr derive(std::span<const std::exception_ptr> exceptions) const override {
      return std::make_exception_ptr(coded_group(message(), exceptions, code));
    }
    int code;
  };
  const std::exception_ptr inner[] = {thrown(coded_group("nested", std::initializer_list{type(2)}, 101)),
                                      value(1)};
  int handled_code = 0;
  const std::exception_ptr error = raised([&] {
    except_star(thrown(coded_group("eg", inner, 42)))
        .on<value_error>([&](const exception_group& part) {
          if (const auto* own = dynamic_cast<const coded_group*>(&part)) handled_code = own->code;
        })
        .done();
  });
  EXPECT_EQ(handled_code, 42);
  const auto* rest = exception_cast<coded_group>(error);
  ASSERT_NE(rest, nullptr);
  EXPECT_EQ(rest->code, 42);
  EXPECT_EQ(shape(error), "eg[nested[type 2]]");
}

TEST(ExceptStarRaise, KeepsNotes) {
  exception_group noted("eg", {value(1), type(2)});
  noted.add_note("on the way");
  std::string seen;
  const std::exception_ptr error = raised([&] {
    except_star(thrown(noted))
        .on<value_error>([&](const exception_group& part) { seen = part.notes()[0].view(); })
        .done();
  });
  EXPECT_EQ(seen, "on the way");
  EXPECT_EQ(exception_cast<exception_group>(error)->notes()[0].view(), "on the way");
}

}  // namespace
}  // namespace overlap
