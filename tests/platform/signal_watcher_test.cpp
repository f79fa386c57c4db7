// tests/platform/signal_watcher_test.cpp
//
// Signals that one can wait for.

#include "platform/signal_watcher.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <thread>

#include <overlap/base/error.hpp>

#include "platform/reactor_fixture.hpp"

namespace overlap::platform {

namespace {

bool is_readable(int fd) {
  pollfd descriptor{fd, POLLIN, 0};
  return ::poll(&descriptor, 1, 0) == 1;
}

void (*handler_of(int signal))(int) {
  struct sigaction present{};
  ::sigaction(signal, nullptr, &present);
  return present.sa_handler;
}

TEST(SignalWatcher, ReturnsTheSignalsThatCame) {
  signal_watcher watcher({SIGTERM, SIGINT, SIGUSR2});
  EXPECT_EQ(watcher.take(), 0);
  EXPECT_FALSE(is_readable(watcher.fd()));
  ::raise(SIGTERM);
  EXPECT_TRUE(is_readable(watcher.fd()));
  EXPECT_EQ(watcher.take(), SIGTERM);
  EXPECT_FALSE(is_readable(watcher.fd()));
  EXPECT_EQ(watcher.take(), 0);
}

TEST(SignalWatcher, StaysReadableUntilAllAreTaken) {
  signal_watcher watcher({SIGTERM, SIGINT, SIGRTMAX});
  ::raise(SIGRTMAX);
  ::raise(SIGTERM);
  ::raise(SIGINT);
  int sum = 0;
  for (int count = 0; count < 3; ++count) {
    EXPECT_TRUE(is_readable(watcher.fd()));
    sum += watcher.take();
  }
  EXPECT_EQ(sum, SIGTERM + SIGINT + SIGRTMAX);
  EXPECT_FALSE(is_readable(watcher.fd()));
}

TEST(SignalWatcher, SeveralOfOneNumberCountAsOne) {
  signal_watcher watcher({SIGTERM});
  for (int count = 0; count < 5; ++count) ::raise(SIGTERM);
  EXPECT_EQ(watcher.take(), SIGTERM);
  EXPECT_EQ(watcher.take(), 0);
}

TEST(SignalWatcher, RestoresWhatWasThereBefore) {
  const auto before = handler_of(SIGTERM);
  {
    const signal_watcher watcher({SIGTERM});
    EXPECT_NE(handler_of(SIGTERM), before);
  }
  EXPECT_EQ(handler_of(SIGTERM), before);
}

TEST(SignalWatcher, ASignalHasOneWatcher) {
  signal_watcher watcher({SIGTERM});
  const auto before = handler_of(SIGUSR2);
  EXPECT_THROW(signal_watcher({SIGUSR2, SIGTERM}), invalid_state_error);
  EXPECT_EQ(handler_of(SIGUSR2), before);
  ::raise(SIGTERM);
  EXPECT_EQ(watcher.take(), SIGTERM);
}

TEST(SignalWatcher, RefusesWhatCannotBeHandled) {
  for (const int signal : {SIGKILL, 0, -1, 65}) {
    try {
      const signal_watcher watcher({signal});
      ADD_FAILURE() << signal;
    } catch (const os_error& error) {
      EXPECT_EQ(error.code(), EINVAL);
    }
  }
}

TEST(SignalWatcher, CanBeMadeAgain) {
  for (int round = 0; round < 3; ++round) {
    signal_watcher watcher({SIGTERM});
    ::raise(SIGTERM);
    EXPECT_EQ(watcher.take(), SIGTERM);
  }
}

TEST(SignalWatcher, NoHandlerUsesAWatcherThatIsGone) {
  // Another thread is bombarded all the time; between two watchers the signal is ignored.
  ::signal(SIGUSR2, SIG_IGN);
  std::atomic<bool> is_over{false};
  std::thread other([&] {
    while (!is_over.load()) ::pthread_kill(::pthread_self(), SIGUSR2);
  });
  for (int round = 0; round < 500; ++round) {
    const auto watcher = std::make_unique<signal_watcher>(std::initializer_list<int>{SIGUSR2});
    static_cast<void>(watcher->take());
  }
  is_over = true;
  other.join();
  ::signal(SIGUSR2, SIG_DFL);
}

TEST(SignalWatcher, WaitsAtItsEndForHandlersOnOtherThreads) {
  auto watcher = std::make_unique<signal_watcher>(std::initializer_list<int>{SIGUSR2});
  std::atomic<bool> is_handling{false};
  std::atomic<bool> is_ending{false};
  std::atomic<bool> is_handled{false};
  std::thread other([&] {
    const handler_presence as_a_handler_has_it;
    is_handling = true;
    while (!is_ending.load()) std::this_thread::yield();
    for (int round = 0; round < 1000; ++round) std::this_thread::yield();
    is_handled = true;
  });
  while (!is_handling.load()) std::this_thread::yield();
  is_ending = true;
  watcher.reset();
  EXPECT_TRUE(is_handled.load());
  other.join();
}

class SignalWatcherOnReactor : public ReactorTest {};
INSTANTIATE_TEST_SUITE_P(All, SignalWatcherOnReactor, testing::ValuesIn(reactor_kinds), name_of);

TEST_P(SignalWatcherOnReactor, ASignalCompletesAPoll) {
  signal_watcher watcher({SIGTERM});
  for (int round = 0; round < 20; ++round) {
    readiness operation(watcher.fd(), POLLIN);
    submit(operation);
    if (round % 2 == 0) collect_now();
    EXPECT_EQ(operation.times_back, 0);
    ::raise(SIGTERM);
    finish(operation);
    EXPECT_EQ(watcher.take(), SIGTERM);
  }
}

}  // namespace

}  // namespace overlap::platform
