// tests/platform/reactor_wake_test.cpp
//
// wake(): from other threads and from signal handlers, before and during a wait.

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "platform/reactor_fixture.hpp"

namespace overlap::platform {

namespace {

class ReactorWake : public ReactorTest {};
INSTANTIATE_TEST_SUITE_P(All, ReactorWake, testing::ValuesIn(reactor_kinds), name_of);

std::atomic<reactor*> woken_by_signal{nullptr};
std::atomic<int> signal_count{0};

void wake_from_handler(int) {
  signal_count.fetch_add(1);
  woken_by_signal.load()->wake();
}

class handler_installed {
 public:
  explicit handler_installed(reactor& to_wake) {
    woken_by_signal = &to_wake;
    signal_count = 0;
    struct sigaction action{};
    action.sa_handler = wake_from_handler;
    ::sigaction(SIGUSR1, &action, &before_);
  }
  ~handler_installed() { ::sigaction(SIGUSR1, &before_, nullptr); }
  handler_installed(const handler_installed&) = delete;
  handler_installed& operator=(const handler_installed&) = delete;

 private:
  struct sigaction before_{};
};

TEST_P(ReactorWake, AWakeBeforeTheWaitEndsItAtOnce) {
  reactor_->wake();
  EXPECT_EQ(collect(time_point::never()), 0U);
}

TEST_P(ReactorWake, EveryWakeThatFollowsAWaitEndsTheNextOne) {
  for (int round = 0; round < 100; ++round) {
    reactor_->wake();
    EXPECT_EQ(collect(time_point::never()), 0U);
  }
}

TEST_P(ReactorWake, ManyWakesAreOne) {
  for (int round = 0; round < 100; ++round) reactor_->wake();
  EXPECT_EQ(collect(time_point::never()), 0U);
  // Nothing is left over: this look would otherwise be cut short, and so would every sleep.
  const descriptor_pair sockets = open_stream_pair();
  incoming operation(sockets.left.get());
  submit(operation);
  put(sockets.right.get(), "x");
  finish(operation);
}

TEST_P(ReactorWake, AWakeDoesNotHideWhatHasCompleted) {
  const descriptor_pair sockets = open_stream_pair();
  incoming operation(sockets.left.get());
  submit(operation);
  put(sockets.right.get(), "x");
  reactor_->wake();
  finish(operation);
  EXPECT_EQ(operation.text(), "x");
}

TEST_P(ReactorWake, NoWakeFromAnotherThreadIsLost) {
  constexpr int round_count = 5000;
  std::atomic<int> asked{0};
  std::atomic<int> answered{0};
  std::thread other([&] {
    for (int round = 1; round <= round_count; ++round) {
      asked.store(round);
      reactor_->wake();
      while (answered.load() != round) std::this_thread::yield();
    }
  });
  for (int round = 1; round <= round_count; ++round) {
    while (asked.load() != round) collect(time_point::never());
    answered.store(round);
  }
  other.join();
}

TEST_P(ReactorWake, WhatWasDoneBeforeAWakeIsSeenAfterTheWait) {
  // Plain data on purpose: thread sanitizer checks that wake() and wait() order it.
  constexpr int thread_count = 4;
  constexpr int rounds_per_thread = 500;
  std::vector<std::thread> others;
  std::vector<int> inbox(thread_count, 0);
  std::array<std::atomic<bool>, thread_count> is_full{};
  for (std::size_t index = 0; index < thread_count; ++index) {
    others.emplace_back([&, index] {
      for (int round = 0; round < rounds_per_thread; ++round) {
        while (is_full[index].load(std::memory_order_acquire)) std::this_thread::yield();
        ++inbox[index];
        is_full[index].store(true, std::memory_order_release);
        reactor_->wake();
      }
    });
  }
  int taken = 0;
  while (taken < thread_count * rounds_per_thread) {
    collect(time_point::never());
    for (std::size_t index = 0; index < thread_count; ++index) {
      if (!is_full[index].load(std::memory_order_acquire)) continue;
      ++taken;
      is_full[index].store(false, std::memory_order_release);
    }
  }
  for (std::thread& other : others) other.join();
  for (const int count : inbox) EXPECT_EQ(count, rounds_per_thread);
}

TEST_P(ReactorWake, ASignalHandlerEndsTheNextWait) {
  const handler_installed handler(*reactor_);
  ::raise(SIGUSR1);
  EXPECT_EQ(collect(time_point::never()), 0U);
}

TEST_P(ReactorWake, NoWakeFromASignalHandlerIsLost) {
  const handler_installed handler(*reactor_);
  const pthread_t loop_thread = ::pthread_self();
  std::atomic<int> seen{0};
  constexpr int round_count = 500;
  std::thread other([&] {
    for (int round = 0; round < round_count; ++round) {
      ::pthread_kill(loop_thread, SIGUSR1);
      while (seen.load() <= round) std::this_thread::yield();
    }
  });
  for (int round = 0; round < round_count; ++round) {
    while (signal_count.load() <= round) collect(time_point::never());
    seen.store(round + 1);
  }
  other.join();
}

TEST_P(ReactorWake, AnInterruptedWaitLosesNothing) {
  const handler_installed handler(*reactor_);
  const descriptor_pair sockets = open_stream_pair();
  for (int round = 0; round < 100; ++round) {
    incoming operation(sockets.left.get());
    submit(operation);
    ::raise(SIGUSR1);
    collect(time_point::never());
    put(sockets.right.get(), "x");
    ::raise(SIGUSR1);
    finish(operation);
    EXPECT_EQ(operation.text(), "x");
  }
}

}  // namespace

}  // namespace overlap::platform
