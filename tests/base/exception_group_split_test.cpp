// tests/base/exception_group_split_test.cpp
//
// subgroup, split and derive: the assertions of CPython's test_exception_group, in our words. The
// differences: a nested group that goes to one side stays the object that it was, and a group counts as a
// whole only for types that are groups themselves.

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/error_shapes.hpp"

namespace overlap {
namespace {

using testing::group;
using testing::key;
using testing::key_error;
using testing::numbered;
using testing::shape;
using testing::small_value_error;
using testing::thrown;
using testing::type;
using testing::type_error;
using testing::value;
using testing::value_error;

// A subclass that keeps its type and what it knows; plain_group does not override derive().
class coded_group : public exception_group {
 public:
  coded_group(shared_text message, std::span<const std::exception_ptr> exceptions, int code)
      : exception_group(std::move(message), exceptions), code_(code) {}
  [[nodiscard]] int code() const noexcept { return code_; }
  [[nodiscard]] std::exception_ptr derive(std::span<const std::exception_ptr> exceptions) const override {
    return std::make_exception_ptr(coded_group(message(), exceptions, code_));
  }

 private:
  int code_;
};

struct plain_group : exception_group {
  using exception_group::exception_group;
};

exception_group simple() { return exception_group("simple eg", {value(1), type(2), value(3)}); }

std::exception_ptr nested() {
  const auto level1 = [](int i) { return group("msg1", {value(i), type(0), value(i + 1)}); };
  const auto level2 = [&](int i) {
    return thrown(plain_group("msg2", {level1(i), level1(i + 1), value(i + 2)}));
  };
  return group("msg3", {level2(6), value(7)});
}

const exception_group& as_group(const std::exception_ptr& exception) {
  return *exception_cast<exception_group>(exception);
}

std::vector<std::exception_ptr> leaves(const exception_group_part& part) {
  std::vector<std::exception_ptr> result;
  if (!part) return result;
  for (const std::exception_ptr& member : part->exceptions()) {
    if (exception_cast<exception_group>(member) == nullptr) {
      result.push_back(member);
      continue;
    }
    for (const std::exception_ptr& leaf : leaves(exception_group_part(member))) result.push_back(leaf);
  }
  return result;
}

template <class... Errors>
void expect_split(const exception_group& whole, const std::string& matched, const std::string& rest) {
  const exception_group_split sides = whole.split<Errors...>();
  EXPECT_EQ(shape(sides.matched), matched);
  EXPECT_EQ(shape(sides.rest), rest);
  EXPECT_EQ(shape(whole.subgroup<Errors...>()), matched);
}

TEST(ExceptionGroupSplit, ByTypeTakesTheLeavesOfTheType) {
  expect_split<value_error>(simple(), "simple eg[value 1, value 3]", "simple eg[type 2]");
  expect_split<type_error>(simple(), "simple eg[type 2]", "simple eg[value 1, value 3]");
  expect_split<key_error, value_error>(simple(), "simple eg[value 1, value 3]", "simple eg[type 2]");
}

TEST(ExceptionGroupSplit, ByTypeGivesNothingForASideWithoutLeaves) {
  expect_split<key_error>(simple(), "none", "simple eg[value 1, type 2, value 3]");
  expect_split<value_error, type_error>(simple(), "simple eg[value 1, type 2, value 3]", "none");
}

TEST(ExceptionGroupSplit, ByTypeTakesDerivedTypes) {
  const exception_group mixed("eg", {thrown(small_value_error(1)), value(2), type(3)});
  expect_split<small_value_error>(mixed, "eg[small value 1]", "eg[value 2, type 3]");
  expect_split<value_error>(mixed, "eg[small value 1, value 2]", "eg[type 3]");
  expect_split<numbered>(mixed, "eg[small value 1, value 2, type 3]", "none");
}

TEST(ExceptionGroupSplit, ByTypeGoesByTheLeavesAlsoForBasesOfGroups) {
  const exception_group mixed("eg", {thrown(7), thrown(timeout_error("t")), group("in", {value(1)})});
  expect_split<error>(mixed, "eg[overlap::timeout_error: t]", "eg[int, in[value 1]]");
  expect_split<std::exception>(mixed, "eg[overlap::timeout_error: t, in[value 1]]", "eg[int]");
}

TEST(ExceptionGroupSplit, ByGroupTypeTakesGroupsAsAWhole) {
  const std::exception_ptr inner = thrown(plain_group("inner", {value(1)}));
  const exception_group outer("outer", {inner, value(2)});
  expect_split<exception_group>(outer, "outer[inner[value 1], value 2]", "none");
  expect_split<plain_group>(outer, "outer[inner[value 1]]", "outer[value 2]");
  const exception_group_part part = outer.subgroup<plain_group>();
  EXPECT_EQ(part->exceptions()[0], inner);
}

TEST(ExceptionGroupSplit, ByGroupTypeAsksTheWholeFirst) {
  const plain_group whole("whole", {value(1), type(2)});
  expect_split<plain_group>(whole, "whole[value 1, type 2]", "none");
  expect_split<coded_group>(whole, "none", "whole[value 1, type 2]");
}

// A group that is a type of its own and a leaf type in one list.
TEST(ExceptionGroupSplit, ByTypesMixesGroupsAndLeaves) {
  const exception_group outer("outer", {thrown(plain_group("inner", {type(1)})), value(2), type(3)});
  expect_split<plain_group, value_error>(outer, "outer[inner[type 1], value 2]", "outer[type 3]");
}

TEST(ExceptionGroupSplit, KeepsTheNesting) {
  const std::exception_ptr whole = nested();
  const exception_group& eg = as_group(whole);
  ASSERT_EQ(shape(eg),
            "msg3[msg2[msg1[value 6, type 0, value 7], msg1[value 7, type 0, value 8], value 8], value 7]");
  expect_split<value_error>(eg,
                            "msg3[msg2[msg1[value 6, value 7], msg1[value 7, value 8], value 8], value 7]",
                            "msg3[msg2[msg1[type 0], msg1[type 0]]]");
  expect_split<type_error, key_error>(
      eg, "msg3[msg2[msg1[type 0], msg1[type 0]]]",
      "msg3[msg2[msg1[value 6, value 7], msg1[value 7, value 8], value 8], value 7]");
  expect_split<key_error>(eg, "none", shape(eg));
  expect_split<value_error, type_error>(eg, shape(eg), "none");
  expect_split<plain_group>(
      eg, "msg3[msg2[msg1[value 6, type 0, value 7], msg1[value 7, type 0, value 8], value 8]]",
      "msg3[value 7]");
}

TEST(ExceptionGroupSplit, LeavesOutGroupsThatWouldBeEmpty) {
  const exception_group eg(
      "eg", {group("i1", {value(1)}), group("i2", {value(2), type(3)}), group("i3", {type(4)})});
  expect_split<type_error>(eg, "eg[i2[type 3], i3[type 4]]", "eg[i1[value 1], i2[value 2]]");
}

TEST(ExceptionGroupSplit, KeepsGroupsOfOne) {
  const exception_group eg("j1", {group("j2", {group("j3", {value(1)}), group("j4", {type(2)})})});
  expect_split<type_error>(eg, "j1[j2[j4[type 2]]]", "j1[j2[j3[value 1]]]");
}

TEST(ExceptionGroupSplit, ANestedGroupThatGoesToOneSideStaysTheObjectItWas) {
  const std::exception_ptr values = group("values", {value(1), value(2)});
  const std::exception_ptr types = thrown(plain_group("types", {type(3)}));
  const exception_group eg("eg", {values, types});
  const auto [matched, rest] = eg.split<value_error>();
  EXPECT_EQ(matched->exceptions()[0], values);
  EXPECT_EQ(rest->exceptions()[0], types);
}

TEST(ExceptionGroupSplit, ByPredicateAsksAboutGroupsBeforeTheirMembers) {
  const std::exception_ptr inner = group("in", {value(2), type(3)});
  const exception_group eg("eg", {value(1), inner});
  std::vector<std::string> asked;
  const auto record = [&](const std::exception_ptr& exception) {
    asked.push_back(shape(exception));
    return shape(exception).starts_with("in");
  };
  const auto [matched, rest] = eg.split(record);
  EXPECT_EQ(asked,
            (std::vector<std::string>{"eg[value 1, in[value 2, type 3]]", "value 1", "in[value 2, type 3]"}));
  EXPECT_EQ(shape(matched), "eg[in[value 2, type 3]]");
  EXPECT_EQ(matched->exceptions()[0], inner);
  EXPECT_EQ(shape(rest), "eg[value 1]");
}

TEST(ExceptionGroupSplit, ByPredicateMayTakeAllOrNothing) {
  const auto all = [](const std::exception_ptr&) { return true; };
  const auto none = [](const std::exception_ptr&) { return false; };
  EXPECT_EQ(shape(simple().split(all).matched), shape(simple()));
  EXPECT_FALSE(simple().split(all).rest);
  EXPECT_FALSE(simple().split(none).matched);
  EXPECT_EQ(shape(simple().split(none).rest), shape(simple()));
  EXPECT_FALSE(simple().subgroup(none));
}

bool is_value(const std::exception_ptr& exception) {
  return exception_cast<value_error>(exception) != nullptr;
}

TEST(ExceptionGroupSplit, ByPredicateTakesAnyCallable) {
  struct counting {
    bool operator()(const std::exception_ptr& exception) { return ++calls > 0 && is_value(exception); }
    int calls = 0;
  };
  counting counter;
  EXPECT_EQ(shape(simple().subgroup(counter)), "simple eg[value 1, value 3]");
  EXPECT_EQ(counter.calls, 4);  // used itself, not a copy of it
  EXPECT_EQ(shape(simple().subgroup(is_value)), "simple eg[value 1, value 3]");
  EXPECT_EQ(shape(simple().subgroup(&is_value)), "simple eg[value 1, value 3]");
}

TEST(ExceptionGroupSplit, ByTypedPredicateAsksAboutLeavesOfTheType) {
  const exception_group eg("eg", {value(1), type(1), group("in", {value(2), value(1)})});
  const auto is_one = [](const value_error& error) { return error.number == 1; };
  const auto [matched, rest] = eg.split<value_error>(is_one);
  EXPECT_EQ(shape(matched), "eg[value 1, in[value 1]]");
  EXPECT_EQ(shape(rest), "eg[type 1, in[value 2]]");
  EXPECT_EQ(shape(eg.subgroup<value_error>(is_one)), "eg[value 1, in[value 1]]");
}

TEST(ExceptionGroupSplit, PassesOnWhatThePredicateThrows) {
  EXPECT_THROW(static_cast<void>(simple().split(
                   [](const std::exception_ptr&) -> bool { throw std::runtime_error("predicate"); })),
               std::runtime_error);
}

TEST(ExceptionGroupSplit, CopiesNotesToBothSides) {
  exception_group inner("in", {value(1), type(2)});
  inner.add_note("inner note");
  exception_group eg("eg", {thrown(inner), value(3)});
  eg.add_note("note 1");
  eg.add_note("note 2");
  auto [matched, rest] = eg.split<type_error>();
  for (const exception_group_part* part : {&matched, &rest}) {
    ASSERT_EQ((*part)->notes().size(), 2U);
    EXPECT_EQ((*part)->notes()[1].view(), "note 2");
    EXPECT_EQ(as_group((*part)->exceptions()[0]).notes()[0].view(), "inner note");
  }
  exception_group own = *matched;
  own.add_note("mine");
  EXPECT_EQ(own.notes().size(), 3U);
  EXPECT_EQ(matched->notes().size(), 2U);
  EXPECT_EQ(eg.notes().size(), 2U);
}

TEST(ExceptionGroupDerive, KeepsTheTypeOfASubclassOnEveryLevel) {
  const std::exception_ptr inner = thrown(coded_group("nested", std::vector{type(2), value(3)}, 101));
  const coded_group eg("eg", std::vector{value(1), inner}, 42);
  const auto [matched, rest] = eg.split<value_error>();
  EXPECT_EQ(shape(matched), "eg[value 1, nested[value 3]]");
  EXPECT_EQ(shape(rest), "eg[nested[type 2]]");
  for (const exception_group_part* part : {&matched, &rest}) {
    const auto* outer = exception_cast<coded_group>(part->exception());
    ASSERT_NE(outer, nullptr);
    EXPECT_EQ(outer->code(), 42);
    const auto* deeper = exception_cast<coded_group>(outer->exceptions().back());
    ASSERT_NE(deeper, nullptr);
    EXPECT_EQ(deeper->code(), 101);
  }
}

TEST(ExceptionGroupDerive, KeepsTheTypeAlsoWhereEverythingOrNothingMatches) {
  const coded_group eg("eg", std::vector{value(1)}, 42);
  const exception_group_part matched = eg.subgroup<value_error>();
  const exception_group_part rest = eg.split<type_error>().rest;
  EXPECT_NE(exception_cast<coded_group>(matched.exception()), nullptr);
  EXPECT_NE(exception_cast<coded_group>(rest.exception()), nullptr);
}

TEST(ExceptionGroupDerive, GivesAPlainGroupWhereItIsNotOverridden) {
  const plain_group eg("eg", {value(1), type(2)});
  const exception_group_part part = eg.subgroup<value_error>();
  EXPECT_EQ(shape(part), "eg[value 1]");
  EXPECT_EQ(exception_cast<plain_group>(part.exception()), nullptr);
}

TEST(ExceptionGroupDerive, MustReturnAGroup) {
  struct wrong : exception_group {
    using exception_group::exception_group;
    [[nodiscard]] std::exception_ptr derive(std::span<const std::exception_ptr>) const override {
      return std::make_exception_ptr(42);
    }
  };
  wrong eg("eg", {type(1), value(2)});
  EXPECT_THROW(static_cast<void>(eg.split<type_error>()), invalid_value_error);
  eg.add_note("which cannot be copied to what is no group");
  EXPECT_THROW(static_cast<void>(eg.split<type_error>()), invalid_value_error);
  EXPECT_THROW(static_cast<void>(eg.subgroup<type_error>()), invalid_value_error);
}

// Random trees: each leaf is on exactly one side, in order, and the sides hold what was asked for.
TEST(ExceptionGroupSplit, PutsEachLeafOfARandomTreeOnOneSide) {
  std::mt19937 random(654);
  const auto tree = [&](auto& self, int depth) -> std::exception_ptr {
    std::vector<std::exception_ptr> members;
    const unsigned count = 1 + random() % 4;
    for (unsigned i = 0; i < count; ++i) {
      const auto number = static_cast<int>(random() % 100);
      const unsigned kind = random() % (depth > 0 ? 4 : 3);
      members.push_back(kind == 0   ? value(number)
                        : kind == 1 ? type(number)
                        : kind == 2 ? key(number)
                                    : self(self, depth - 1));
    }
    return thrown(exception_group("g", members));
  };
  for (int turn = 0; turn < 300; ++turn) {
    const exception_group_part whole(tree(tree, 4));
    const auto [matched, rest] = whole->split<value_error, key_error>();
    std::vector<std::exception_ptr> expected_matched;
    std::vector<std::exception_ptr> expected_rest;
    for (const std::exception_ptr& leaf : leaves(whole)) {
      (exception_cast<type_error>(leaf) == nullptr ? expected_matched : expected_rest).push_back(leaf);
    }
    ASSERT_EQ(leaves(matched), expected_matched) << shape(whole);
    ASSERT_EQ(leaves(rest), expected_rest) << shape(whole);
  }
}

}  // namespace
}  // namespace overlap
