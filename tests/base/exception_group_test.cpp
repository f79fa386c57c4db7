// tests/base/exception_group_test.cpp
//
// Making, copying and printing groups. Taking them apart: exception_group_split_test.cpp.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/error_shapes.hpp"

namespace overlap {
namespace {

using testing::group;
using testing::key_error;
using testing::shape;
using testing::thrown;
using testing::type;
using testing::type_error;
using testing::value;
using testing::value_error;

static_assert(std::is_base_of_v<error, exception_group>);
static_assert(std::is_nothrow_copy_constructible_v<exception_group>);
static_assert(std::is_nothrow_copy_assignable_v<exception_group>);

TEST(ExceptionGroup, HasAMessageAndItsExceptionsInOrder) {
  const std::exception_ptr first = value(1);
  const std::exception_ptr second = type(2);
  const exception_group both("eg", {first, second});
  EXPECT_EQ(both.message(), "eg");
  ASSERT_EQ(both.exceptions().size(), 2U);
  EXPECT_EQ(both.exceptions()[0], first);
  EXPECT_EQ(both.exceptions()[1], second);
}

TEST(ExceptionGroup, IsMadeOfAVector) {
  const std::vector<std::exception_ptr> errors = {value(1), group("in", {type(2)})};
  EXPECT_EQ(shape(exception_group(std::string("eg"), errors)), "eg[value 1, in[type 2]]");
}

TEST(ExceptionGroup, IsNeverEmpty) {
  EXPECT_THROW(exception_group("eg", {}), invalid_value_error);
  EXPECT_THROW(exception_group("eg", std::vector<std::exception_ptr>()), invalid_value_error);
}

TEST(ExceptionGroup, HoldsNoNullPointer) {
  EXPECT_THROW(exception_group("eg", {value(1), nullptr}), invalid_value_error);
}

TEST(ExceptionGroup, HoldsAnythingThatWasThrown) {
  const exception_group mixed("eg", {thrown(7), thrown(keyboard_interrupt())});
  EXPECT_EQ(shape(mixed), "eg[int, overlap::keyboard_interrupt: interrupted by SIGINT (Ctrl-C)]");
}

TEST(ExceptionGroup, IsCaughtAsAnError) {
  try {
    throw exception_group("eg", {value(1)});
  } catch (const error& caught) {
    EXPECT_EQ(caught.message(), "eg");
    EXPECT_STREQ(caught.what(),
                 "eg (1 sub-exception)\n"
                 "+-- overlap::testing::value_error: value");
  }
}

TEST(ExceptionGroup, CopiesShareTheirExceptions) {
  const exception_group original("eg", {value(1)});
  exception_group copy = original;
  EXPECT_EQ(copy.exceptions().data(), original.exceptions().data());
  const exception_group other("other", {type(2)});
  copy = other;
  EXPECT_EQ(shape(copy), "other[type 2]");
  EXPECT_EQ(shape(original), "eg[value 1]");
}

// A group cannot be emptied, not even by a move.
TEST(ExceptionGroup, IsWholeAfterAMove) {
  exception_group original("eg", {value(1)});
  const exception_group moved = std::move(original);
  EXPECT_EQ(shape(moved), "eg[value 1]");
  EXPECT_EQ(shape(original), "eg[value 1]");  // NOLINT(bugprone-use-after-move): that is the question
}

template <class Group>
concept gives_exceptions = requires(Group&& held) { static_cast<Group&&>(held).exceptions(); };
static_assert(gives_exceptions<exception_group&>);
static_assert(!gives_exceptions<exception_group>, "a span into a temporary would dangle");

TEST(ExceptionGroup, PrintsTheTree) {
  exception_group inner("mirrors", {thrown(os_error(111, "connect to", "10.0.0.7:80")), thrown(5)});
  const exception_group outer("3 of 20 downloads failed",
                              {thrown(timeout_error("no answer within 10 s")), thrown(inner),
                               thrown(std::runtime_error("disk full")), thrown(std::string("text"))});
  EXPECT_STREQ(outer.what(),
               "3 of 20 downloads failed (4 sub-exceptions)\n"
               "+-- overlap::timeout_error: no answer within 10 s\n"
               "+-- overlap::exception_group: mirrors (2 sub-exceptions)\n"
               "|   +-- overlap::os_error: connect to 10.0.0.7:80: Connection refused (ECONNREFUSED)\n"
               "|   +-- int\n"
               "+-- std::runtime_error: disk full\n"
               "+-- std::string: text");
}

TEST(ExceptionGroup, PrintsTextsOfSeveralLinesIndented) {
  exception_group noted("eg", {thrown(std::runtime_error("first\nsecond")),
                               group("in", {thrown(std::runtime_error("third\nfourth"))})});
  noted.add_note("a note\nof two lines");
  EXPECT_STREQ(noted.what(),
               "eg (2 sub-exceptions)\n"
               "| a note\n"
               "| of two lines\n"
               "+-- std::runtime_error: first\n"
               "|   second\n"
               "+-- overlap::exception_group: in (1 sub-exception)\n"
               "    +-- std::runtime_error: third\n"
               "        fourth");
}

TEST(ExceptionGroup, PrintsNoBlankForAnEmptyMessage) {
  EXPECT_STREQ(exception_group("", {thrown(1)}).what(), "(1 sub-exception)\n+-- int");
}

TEST(ExceptionGroup, PrintsAtMostFifteenOfItsExceptions) {
  std::vector<std::exception_ptr> many(16, thrown(1));
  std::string text = exception_group("eg", many).what();
  EXPECT_TRUE(text.ends_with("\n+-- int\n+-- ... and 1 more exception")) << text;
  many.resize(15);
  text = exception_group("eg", many).what();
  EXPECT_TRUE(text.ends_with("\n+-- int\n+-- int")) << text;
  many.resize(1000, thrown(1));
  text = exception_group("eg", many).what();
  EXPECT_TRUE(text.starts_with("eg (1000 sub-exceptions)\n")) << text;
  EXPECT_TRUE(text.ends_with("\n+-- ... and 985 more exceptions")) << text;
}

TEST(ExceptionGroup, DrawsTheLineToTheEndWhereSomeAreNotShown) {
  const std::vector<std::exception_ptr> many(16, thrown(std::runtime_error("first\nsecond")));
  const std::string text = exception_group("eg", many).what();
  EXPECT_TRUE(text.ends_with("first\n|   second\n+-- ... and 1 more exception")) << text;
}

TEST(ExceptionGroup, PrintsAtMostTenLevels) {
  std::exception_ptr deep = thrown(1);
  for (int level = 0; level < 2000; ++level) deep = group("eg", {deep});
  const std::string text = exception_cast<exception_group>(deep)->what();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11) << text;
  EXPECT_TRUE(text.ends_with("+-- ... (deeper levels are not shown)")) << text;
}

TEST(ExceptionGroup, KeepsItsTextForLater) {
  const exception_group original("eg", {value(1)});
  const exception_group copy = original;
  EXPECT_EQ(original.what(), copy.what());
}

TEST(ExceptionGroup, MayBePrintedByThreadsAtOnce) {
  for (int turn = 0; turn < 50; ++turn) {
    const exception_group shared("eg", {value(1), group("in", {type(2)})});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([copy = shared] {
        EXPECT_STREQ(copy.what(),
                     "eg (2 sub-exceptions)\n"
                     "+-- overlap::testing::value_error: value\n"
                     "+-- overlap::exception_group: in (1 sub-exception)\n"
                     "    +-- overlap::testing::type_error: type");
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(ExceptionGroup, NotesBelongToOneCopy) {
  exception_group original("eg", {value(1)});
  EXPECT_TRUE(original.notes().empty());
  original.add_note("first");
  exception_group copy = original;
  copy.add_note("second");
  ASSERT_EQ(original.notes().size(), 1U);
  ASSERT_EQ(copy.notes().size(), 2U);
  EXPECT_EQ(copy.notes()[0].view(), "first");
  EXPECT_EQ(copy.notes()[1].view(), "second");
  EXPECT_EQ(copy.exceptions()[0], original.exceptions()[0]);
}

TEST(ExceptionGroup, TakesNotesOnItsWayUp) {
  try {
    try {
      throw exception_group("eg", {value(1)});
    } catch (exception_group& passing) {
      static_cast<void>(passing.what());  // the text made before must not hide the note
      passing.add_note("while loading");
      throw;
    }
  } catch (const exception_group& caught) {
    EXPECT_NE(std::string(caught.what()).find("\n| while loading\n"), std::string::npos) << caught.what();
  }
}

TEST(ExceptionGroup, VisitsLeavesOfATypeDepthFirst) {
  const exception_group nested(
      "eg", {value(1), group("in", {type(2), value(3), group("deep", {value(4)})}), value(5), thrown(6)});
  std::vector<int> values;
  nested.for_each<value_error>([&](const value_error& error) { values.push_back(error.number); });
  EXPECT_EQ(values, (std::vector{1, 3, 4, 5}));

  int others = 0;
  nested.for_each<key_error>([&](const key_error&) { ++others; });
  EXPECT_EQ(others, 0);
  nested.for_each<int>([&](int number) { others += number; });
  EXPECT_EQ(others, 6);
  nested.for_each<std::exception>([&](const std::exception&) { ++others; });
  EXPECT_EQ(others, 11);
}

TEST(ExceptionGroup, StopsVisitingWhenTheFunctionThrows) {
  const exception_group nested("eg", {value(1), value(2)});
  int visits = 0;
  EXPECT_THROW(nested.for_each<value_error>([&](const value_error&) {
    ++visits;
    throw type_error(3);
  }),
               type_error);
  EXPECT_EQ(visits, 1);
}

TEST(ExceptionGroupPart, IsAGroupOrNothing) {
  const exception_group_part nothing;
  EXPECT_FALSE(nothing);
  EXPECT_EQ(nothing.exception(), nullptr);
  EXPECT_FALSE(exception_group_part(std::exception_ptr()));
  const exception_group_part part(group("eg", {value(1)}));
  ASSERT_TRUE(part);
  EXPECT_EQ(part->message(), "eg");
  EXPECT_EQ(&*part, exception_cast<exception_group>(part.exception()));
  EXPECT_THROW(static_cast<void>(exception_group_part(value(1))), invalid_value_error);
}

TEST(ExceptionGroupPart, GivesItsExceptionAway) {
  exception_group_part part(group("eg", {value(1)}));
  const std::exception_ptr whole = std::move(part).exception();
  EXPECT_THROW(std::rethrow_exception(whole), exception_group);
}

template <class Part>
concept arrow_compiles = requires(Part&& part) { static_cast<Part&&>(part).operator->(); };
static_assert(arrow_compiles<exception_group_part&>);
static_assert(arrow_compiles<const exception_group_part&>);
static_assert(!arrow_compiles<exception_group_part>, "what it points into dies with the temporary");

TEST(ExceptionGroupPartDeathTest, NoticesALookIntoNothing) {
  EXPECT_DEATH(
      {
        const exception_group_part nothing;
        static_cast<void>(nothing->message());
      },
      "ask whether the part is there");
}

}  // namespace
}  // namespace overlap
