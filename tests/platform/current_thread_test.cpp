// tests/platform/current_thread_test.cpp
//
// Names and stacks of threads.

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstddef>
#include <string>
#include <thread>

#include "platform/current_thread.hpp"

namespace overlap::platform {
namespace {

TEST(CurrentThread, ItsNameIsCutToWhatTheSystemKeeps) {
  std::string shown;
  std::jthread([&shown] {
    set_current_thread_name("a name of more than 15 bytes");
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    shown = name;
  }).join();
  EXPECT_EQ(shown, "a name of more ");
}

[[gnu::noinline]] std::size_t left_below(int bytes_used) {
  volatile char used[4096] = {};
  return bytes_used > 0 ? left_below(bytes_used - 4096) + static_cast<std::size_t>(used[0])
                        : stack_bytes_left();
}

TEST(CurrentThread, TheStackThatIsLeftShrinksWithEveryCall) {
  std::jthread([] {
    const std::size_t at_first = stack_bytes_left();
    EXPECT_GT(at_first, std::size_t{64} * 1024);
    EXPECT_LT(at_first, std::size_t{1} << 32);
    EXPECT_LT(left_below(16 * 4096), at_first - std::size_t{32} * 1024);
  }).join();
  EXPECT_GT(stack_bytes_left(), std::size_t{64} * 1024) << "the main thread's too";
}

}  // namespace
}  // namespace overlap::platform
