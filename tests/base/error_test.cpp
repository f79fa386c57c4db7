// tests/base/error_test.cpp

#include <gtest/gtest.h>

#include <cerrno>
#include <exception>
#include <string>
#include <type_traits>

#include <overlap/base/error.hpp>

namespace overlap {
namespace {

// An exception is copied while another may be in flight: that must not throw.
static_assert(std::is_nothrow_copy_constructible_v<error>);
static_assert(std::is_nothrow_copy_constructible_v<os_error>);
static_assert(std::is_nothrow_copy_constructible_v<keyboard_interrupt>);
static_assert(!std::is_convertible_v<const char*, error>);
// A handler of operating errors lets Ctrl-C pass.
static_assert(!std::is_base_of_v<error, keyboard_interrupt>);

TEST(Error, HasItsMessageAsText) {
  const error failure("open the list: it is a folder");
  EXPECT_STREQ(failure.what(), "open the list: it is a folder");
  EXPECT_EQ(failure.message(), "open the list: it is a folder");
}

TEST(Error, CopiesShareTheText) {
  const error failure(std::string("made of parts: ") + "a");
  const error copy = failure;
  EXPECT_EQ(copy.what(), failure.what());
}

template <class Error>
void expect_caught_as_error(const char* text) {
  try {
    throw Error("text");
  } catch (const error& caught) {
    EXPECT_STREQ(caught.what(), "text") << text;
    EXPECT_NE(dynamic_cast<const Error*>(&caught), nullptr) << text;
  }
}

TEST(Error, IsTheBaseOfTheFamily) {
  expect_caught_as_error<timeout_error>("timeout_error");
  expect_caught_as_error<cancelled_error>("cancelled_error");
  expect_caught_as_error<invalid_state_error>("invalid_state_error");
  expect_caught_as_error<invalid_value_error>("invalid_value_error");
  expect_caught_as_error<lookup_error>("lookup_error");
  expect_caught_as_error<broken_executor>("broken_executor");
  expect_caught_as_error<deadlock_error>("deadlock_error");
}

TEST(Error, HasATextAlsoWhenNoneWasGiven) {
  EXPECT_STREQ(timeout_error().what(), "the operation timed out");
  EXPECT_STREQ(cancelled_error().what(), "it was cancelled");
  EXPECT_STREQ(keyboard_interrupt().what(), "interrupted by SIGINT (Ctrl-C)");
}

TEST(OsError, SaysWhatWasDoneToWhatAndWhyItFailed) {
  const os_error failure(ECONNREFUSED, "connect to", "127.0.0.1:5432", "is the server running?");
  EXPECT_STREQ(failure.what(),
               "connect to 127.0.0.1:5432: Connection refused (ECONNREFUSED); is the server running?");
  EXPECT_EQ(failure.code(), ECONNREFUSED);
}

TEST(OsError, LeavesOutWhatWasNotGiven) {
  EXPECT_STREQ(os_error(EMFILE, "accept").what(), "accept: Too many open files (EMFILE)");
}

TEST(OsError, SurvivesACodeThatTheSystemDoesNotKnow) {
  EXPECT_STREQ(os_error(99999, "read", "x").what(), "read x: unknown error (99999)");
}

}  // namespace
}  // namespace overlap
