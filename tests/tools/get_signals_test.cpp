// tests/tools/get_signals_test.cpp
#include "get_signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace overlap::get {
namespace {

TEST(EndAtNextSignal, TheProcessEndsWithItsLastWords) {
  for (const int signal : ending_signals) {
    EXPECT_EXIT(
        {
          end_at_next_signal("ended at once\n");
          ::raise(signal);
          ::_exit(7);
        },
        testing::ExitedWithCode(128 + signal), "ended at once");
  }
}

TEST(EndAtNextSignal, AnIgnoredSignalStaysIgnored) {
  EXPECT_EXIT(
      {
        ignore(SIGHUP);
        end_at_next_signal("ended at once\n");
        ::raise(SIGHUP);
        ::_exit(is_ignored(SIGHUP) ? 7 : 8);
      },
      testing::ExitedWithCode(7), "^$");
}

TEST(EndAtNextSignal, LongLastWordsAreCut) {
  EXPECT_EXIT(
      {
        const std::string words(10'000, 'y');
        end_at_next_signal(words);
        ::raise(SIGTERM);
      },
      testing::ExitedWithCode(128 + SIGTERM), "^y+$");
}

}  // namespace
}  // namespace overlap::get
