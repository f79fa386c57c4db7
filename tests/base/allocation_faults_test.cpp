// tests/base/allocation_faults_test.cpp
//
// Every allocation of the base types fails in turn: nothing leaks (address sanitizer), nothing half-done is
// left behind, and what cannot throw does not.

#include <gtest/gtest.h>

#include <string>

#include <overlap/base/context_var.hpp>
#include <overlap/base/except_star.hpp>

#include "base/allocation_faults.hpp"
#include "base/error_shapes.hpp"

namespace overlap {
namespace {

using testing::fail_allocation_after;
using testing::fail_each_allocation;
using testing::group;
using testing::shape;
using testing::type;
using testing::type_error;
using testing::value;
using testing::value_error;

TEST(AllocationFaults, AreReached) {
  int checks = 0;
  EXPECT_EQ(fail_each_allocation(
                [] {
                  const shared_text first("first");
                  const shared_text second("second");
                },
                [&] { ++checks; }),
            2);
  EXPECT_EQ(checks, 3);
}

TEST(AllocationFaults, CopyingErrorsNeedsNoMemory) {
  const exception_group original("eg", {value(1)});
  fail_allocation_after(0);
  const exception_group copy = original;
  exception_group assigned = original;
  assigned = copy;
  EXPECT_TRUE(testing::allocation_fault_is_pending());
  fail_allocation_after(-1);
  EXPECT_EQ(shape(assigned), "eg[value 1]");
}

TEST(AllocationFaults, AGroupIsMadeOrNot) {
  const std::exception_ptr first = value(1);
  const std::exception_ptr second = type(2);
  EXPECT_GE(fail_each_allocation([&] { const exception_group made("eg", {first, second}); }, [] {}), 3);
}

TEST(AllocationFaults, WhatFallsBackToTheMessage) {
  const std::exception_ptr member = value(1);
  for (int successes = 0; successes < 3; ++successes) {
    const exception_group whole("eg", {member});
    fail_allocation_after(successes);
    const std::string_view text = whole.what();
    fail_allocation_after(-1);
    EXPECT_EQ(text, "eg");
    EXPECT_STREQ(whole.what(), "eg (1 sub-exception)\n+-- overlap::testing::value_error: value");
  }
}

TEST(AllocationFaults, ANoteIsAddedOrNot) {
  exception_group whole("eg", {value(1)});
  whole.add_note("before");
  std::size_t expected = 1;
  EXPECT_GE(fail_each_allocation([&] { whole.add_note("another note that needs memory"); },
                                 [&] {
                                   const std::size_t count = whole.notes().size();
                                   EXPECT_TRUE(count == expected || count == expected + 1);
                                   expected = count;
                                   EXPECT_EQ(shape(whole), "eg[value 1]");
                                 }),
            3);
  EXPECT_EQ(expected, 2U);
}

TEST(AllocationFaults, ASplitLeavesTheGroupAsItWas) {
  exception_group whole("eg", {value(1), group("in", {type(2), value(3)})});
  whole.add_note("a note");
  EXPECT_GE(fail_each_allocation([&] { static_cast<void>(whole.split<value_error>()); },
                                 [&] { EXPECT_EQ(shape(whole), "eg[value 1, in[type 2, value 3]]"); }),
            8);
}

// A chain that fails for want of memory passes that on; it does not trip over its own assertion.
TEST(AllocationFaults, AChainOfHandlersPassesThemOn) {
  const std::exception_ptr whole = group("eg", {value(1), group("in", {type(2), value(3)})});
  EXPECT_GE(fail_each_allocation(
                [&] {
                  int handled = 0;
                  try {
                    except_star(whole).on<value_error>([&] { ++handled; }).done();
                  } catch (const exception_group& rest) {
                    fail_allocation_after(testing::allocation_fault_is_pending() ? 1'000'000 : -1);
                    EXPECT_EQ(shape(rest), "eg[in[type 2]]");
                    EXPECT_EQ(handled, 1);
                  }
                },
                [] {}),
            8);
}

TEST(AllocationFaults, AVariableIsSetOrNot) {
  detail::context_storage storage;
  const detail::context_switch inside(storage);
  const context_var<std::string> c("c");
  const context_var<int> other("other");
  other.set(7);
  const std::string before = "a text that is too long for the string's own buffer";
  c.set(before);
  EXPECT_GE(fail_each_allocation([&] { c.set("another text that is too long for the buffer"); },
                                 [&] {
                                   EXPECT_TRUE(*c.peek() == before || c.peek()->starts_with("another"));
                                   EXPECT_EQ(other.get(), 7);
                                 }),
            3);
  EXPECT_TRUE(c.peek()->starts_with("another"));
}

TEST(AllocationFaults, ATokenThatCouldNotBeUsedIsStillGood) {
  detail::context_storage storage;
  const detail::context_switch inside(storage);
  const context_var<int> c("c");
  c.set(1);
  context_token<int> token = c.set(2);
  EXPECT_GE(fail_each_allocation(
                [&] {
                  if (c.get() == 2) c.reset(token);
                },
                [] {}),
            1);
  EXPECT_EQ(c.get(), 1);
}

}  // namespace
}  // namespace overlap
