// tests/platform/interrupts_test.cpp
//
// Ctrl-C as an event loop needs it.

#include "platform/interrupts.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <thread>

namespace overlap::platform {

namespace {

void ignore(int) {}

void write_dump() noexcept { static_cast<void>(!::write(STDERR_FILENO, "the task tree", 13)); }

class InterruptGuard : public testing::Test {
 protected:
  void TearDown() override { ::signal(SIGINT, SIG_DFL); }

  bool sleeps_until_woken() {
    completion_list nothing;
    reactor_->wait(time_point::never(), nothing);
    return nothing.empty();
  }

  std::unique_ptr<reactor> reactor_ = make_reactor();
};

// Death tests fork; with other threads around they must start the program anew.
class InterruptGuardDeathTest : public InterruptGuard {
 protected:
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(InterruptGuard, TheFirstInterruptIsTakenOnceAndWakesTheReactor) {
  interrupt_guard guard(*reactor_);
  ASSERT_TRUE(guard.is_active());
  EXPECT_FALSE(guard.taken());
  ::raise(SIGINT);
  EXPECT_TRUE(sleeps_until_woken());
  EXPECT_TRUE(guard.taken());
  EXPECT_FALSE(guard.taken());
}

TEST_F(InterruptGuard, AnInterruptOnAnotherThreadIsTakenToo) {
  interrupt_guard guard(*reactor_);
  std::thread([] { ::pthread_kill(::pthread_self(), SIGINT); }).join();
  EXPECT_TRUE(sleeps_until_woken());
  EXPECT_TRUE(guard.taken());
}

TEST_F(InterruptGuard, TheFormerHandlingIsRestored) {
  {
    const interrupt_guard guard(*reactor_);
  }
  struct sigaction present{};
  ::sigaction(SIGINT, nullptr, &present);
  EXPECT_EQ(present.sa_handler, SIG_DFL);
}

TEST_F(InterruptGuard, AProgramThatHandlesSigintKeepsItsHandler) {
  ::signal(SIGINT, ignore);
  {
    interrupt_guard guard(*reactor_);
    EXPECT_FALSE(guard.is_active());
    ::raise(SIGINT);
    EXPECT_FALSE(guard.taken());
  }
  struct sigaction present{};
  ::sigaction(SIGINT, nullptr, &present);
  EXPECT_EQ(present.sa_handler, ignore);
}

TEST_F(InterruptGuard, AProgramThatIgnoresSigintGoesOnIgnoringIt) {
  ::signal(SIGINT, SIG_IGN);
  const interrupt_guard guard(*reactor_);
  EXPECT_FALSE(guard.is_active());
}

TEST_F(InterruptGuard, IsInactiveOnAnyThreadButTheMainOne) {
  bool is_active = true;
  std::thread([&] {
    const std::unique_ptr<reactor> own = make_reactor();
    is_active = interrupt_guard(*own).is_active();
  }).join();
  EXPECT_FALSE(is_active);
}

TEST_F(InterruptGuard, AnInnerGuardIsInactiveAndLeavesTheOuterOneInPlace) {
  interrupt_guard outer(*reactor_);
  {
    interrupt_guard inner(*reactor_);
    EXPECT_FALSE(inner.is_active());
    ::raise(SIGINT);
    EXPECT_FALSE(inner.taken());
  }
  EXPECT_TRUE(outer.taken());
}

TEST_F(InterruptGuard, ASecondGuardTakesTheNextFirstInterrupt) {
  for (int round = 0; round < 3; ++round) {
    interrupt_guard guard(*reactor_);
    ::raise(SIGINT);
    EXPECT_TRUE(guard.taken());
  }
}

TEST_F(InterruptGuardDeathTest, TheSecondInterruptEndsTheProcessAfterADump) {
  EXPECT_EXIT(
      {
        set_second_interrupt_dump(write_dump);
        const interrupt_guard guard(*reactor_);
        ::raise(SIGINT);
        ::raise(SIGINT);
        ::_exit(0);
      },
      testing::KilledBySignal(SIGINT), "the task tree");
}

TEST_F(InterruptGuardDeathTest, TheSecondInterruptEndsTheProcessThoughTheFirstWasTaken) {
  EXPECT_EXIT(
      {
        interrupt_guard guard(*reactor_);
        ::raise(SIGINT);
        if (guard.taken()) ::raise(SIGINT);
        ::_exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST_F(InterruptGuardDeathTest, WithoutAGuardTheFirstInterruptEndsTheProcess) {
  EXPECT_EXIT(
      {
        {
          const interrupt_guard guard(*reactor_);
        }
        ::raise(SIGINT);
        ::_exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace

}  // namespace overlap::platform
