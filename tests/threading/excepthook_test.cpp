// tests/threading/excepthook_test.cpp
//
// Exceptions that nobody joins for. [73]

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include <overlap/threading.hpp>

#include "threading/excepthook_capture.hpp"
#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Excepthook, GetsTheExceptionOfAThreadThatWasNeverJoined) {
  const excepthook_capture hook;
  {
    thread worker({.name = "loader"}, [] { throw std::runtime_error("no such file"); });
    worker.start();
  }
  EXPECT_THAT(hook.texts(), ElementsAre("loader: no such file"));
}

TEST(Excepthook, GetsItAlsoWhenAJoinRanOutOfTime) {
  const excepthook_capture hook;
  gate held;
  {
    thread worker({.name = "loader"}, [&] {
      held.pass();
      throw std::runtime_error("late");
    });
    worker.start();
    EXPECT_FALSE(worker.join(overlap::duration()));
    held.open();
  }
  EXPECT_THAT(hook.texts(), ElementsAre("loader: late"));
}

TEST(Excepthook, GetsItAtOnceIfTheThreadWasLeftToTheProcess) {
  const excepthook_capture hook;
  thread({.name = "stray"}, [] { throw std::runtime_error("lost"); }).start();
  wait_until([&] { return !hook.texts().empty(); });
  EXPECT_THAT(hook.texts(), ElementsAre("stray: lost"));
}

TEST(Excepthook, HearsNothingOfThreadsThatEndWell) {
  const excepthook_capture hook;
  {
    thread worker([] {});
    worker.start();
  }
  EXPECT_THAT(hook.texts(), IsEmpty());
}

TEST(Excepthook, OfNothingIsTheFirstOneWhichWritesOneLine) {
  const excepthook_function before = set_excepthook(nullptr);
  ::testing::internal::CaptureStderr();
  {
    thread worker({.name = "loader"}, [] { throw std::runtime_error("no such file"); });
    worker.start();
  }
  {
    thread worker({.name = "loader"}, [] { throw 1; });
    worker.start();
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "overlap: exception in thread loader: no such file\n"
            "overlap: exception in thread loader: an exception that is no std::exception\n");
  set_excepthook(before);
}

}  // namespace
}  // namespace overlap::threading
