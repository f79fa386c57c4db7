// tests/base/exception_cast_test.cpp

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_cast.hpp>

namespace overlap {
namespace {

struct left_base {
  virtual ~left_base() = default;
  int left = 1;
};
struct right_base {
  virtual ~right_base() = default;
  int right = 2;
};
struct both : left_base, right_base {};
struct virtual_left : virtual left_base {};
struct virtual_other : virtual left_base {};
struct diamond : virtual_left, virtual_other {};
struct twice_left : left_base {};
struct ambiguous : both, twice_left {};
struct hidden : private std::runtime_error {
  hidden() : std::runtime_error("hidden") {}
};

// What the language says: the address that a catch clause binds.
template <class Error>
const Error* by_throwing(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return &error;
  } catch (...) {
    return nullptr;
  }
}

template <class Error>
void expect_same(const std::exception_ptr& exception) {
  EXPECT_EQ(exception_cast<Error>(exception), by_throwing<Error>(exception)) << typeid(Error).name();
}

template <class... Errors>
void expect_as_the_language_says(const std::exception_ptr& exception) {
  (expect_same<Errors>(exception), ...);
}

TEST(ExceptionCast, FindsWhatACatchClauseWouldBind) {
  const std::exception_ptr thrown[] = {
      std::make_exception_ptr(std::runtime_error("a")),
      std::make_exception_ptr(os_error(2, "open")),
      std::make_exception_ptr(both()),
      std::make_exception_ptr(diamond()),
      std::make_exception_ptr(ambiguous()),
      std::make_exception_ptr(hidden()),
      std::make_exception_ptr(7),
      std::make_exception_ptr("text"),
      std::make_exception_ptr(std::string("text")),
      std::make_exception_ptr(std::bad_alloc()),
      std::make_exception_ptr(std::system_error(std::make_error_code(std::errc::io_error))),
  };
  for (const std::exception_ptr& exception : thrown) {
    expect_as_the_language_says<std::exception, std::runtime_error, std::logic_error, error, os_error,
                                timeout_error, left_base, right_base, both, diamond, ambiguous, hidden, int,
                                long, std::string, std::bad_alloc, std::system_error>(exception);
  }
}

TEST(ExceptionCast, FindsWhatIsBeingHandled) {
  try {
    throw os_error(2, "open");
  } catch (const os_error& caught) {
    const std::exception_ptr current = std::current_exception();
    EXPECT_EQ(exception_cast<os_error>(current), &caught);
    EXPECT_EQ(exception_cast<error>(current), &caught);
  }
}

TEST(ExceptionCast, OfNothingIsNull) {
  const std::exception_ptr nothing;
  EXPECT_EQ(exception_cast<std::exception>(nothing), nullptr);
}

template <class Pointer>
concept castable = requires(Pointer&& pointer) { exception_cast<error>(static_cast<Pointer&&>(pointer)); };
static_assert(castable<std::exception_ptr&>);
static_assert(!castable<std::exception_ptr>, "the result would dangle");

template <class T>
std::string described(const T& thrown) {
  return describe_exception(std::make_exception_ptr(thrown)).c_str();
}

TEST(DescribeException, NamesTheTypeAndItsText) {
  EXPECT_EQ(described(timeout_error("no answer in 10 s")), "overlap::timeout_error: no answer in 10 s");
  EXPECT_EQ(described(std::out_of_range("7")), "std::out_of_range: 7");
  EXPECT_EQ(described(error("")), "overlap::error");
}

TEST(DescribeException, KnowsWhatIsNoStdException) {
  EXPECT_EQ(described(7), "int");
  EXPECT_EQ(described(std::string("thrown text")), "std::string: thrown text");
  EXPECT_EQ(describe_exception(std::make_exception_ptr("thrown text")).view(), "const char*: thrown text");
  EXPECT_EQ(described(both()), "overlap::(anonymous namespace)::both");
  EXPECT_EQ(describe_exception(nullptr).view(), "no exception");
}

TEST(DescribeException, TellsTheDynamicType) {
  std::exception_ptr exception;
  try {
    throw os_error(2, "open", "a.txt");
  } catch (const error&) {
    exception = std::current_exception();
  }
  EXPECT_EQ(describe_exception(exception).view(),
            "overlap::os_error: open a.txt: No such file or directory (ENOENT)");
}

TEST(DescribeException, FollowsTheCauses) {
  std::exception_ptr exception;
  try {
    try {
      try {
        throw 5;
      } catch (...) {
        std::throw_with_nested(os_error(2, "open", "a.txt"));
      }
    } catch (...) {
      std::throw_with_nested(std::runtime_error("cannot load"));
    }
  } catch (...) {
    exception = std::current_exception();
  }
  EXPECT_EQ(describe_exception(exception).view(),
            "std::runtime_error: cannot load\n"
            "caused by overlap::os_error: open a.txt: No such file or directory (ENOENT)\n"
            "caused by int");
}

}  // namespace
}  // namespace overlap
