// tests/asyncio/interrupt_test.cpp
//
// Ctrl-C, seen from outside: each program runs in a child process, says through a pipe where it is, and is
// sent real signals. Nothing here waits for time to pass.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio {
namespace {

using namespace std::chrono_literals;

constexpr int normal_end = 7;

/// A child process that runs `program` with the default disposition of SIGINT.
class child_process {
 public:
  explicit child_process(const std::function<void(int report)>& program) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      std::signal(SIGINT, SIG_DFL);
      ::close(STDERR_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      try {
        program(ends[1]);
      } catch (...) {
        ::_exit(1);  // not back into the tests of the parent
      }
      ::_exit(normal_end);
    }
    ::close(ends[1]);
    reports_ = ends[0];
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process() { ::close(reports_); }

  /// The next `count` bytes it wrote.
  std::string read(std::size_t count) {
    std::string text;
    char byte = 0;
    while (text.size() < count && ::read(reports_, &byte, 1) == 1) text.push_back(byte);
    return text;
  }
  std::string read_all() { return read(static_cast<std::size_t>(-1)); }
  void interrupt() const { EXPECT_EQ(::kill(pid_, SIGINT), 0); }
  void terminate() const { EXPECT_EQ(::kill(pid_, SIGTERM), 0); }
  bool has_ended(int& status) const { return ::waitpid(pid_, &status, WNOHANG) == pid_; }
  int wait() const {
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    return status;
  }

 private:
  pid_t pid_ = -1;
  int reports_ = -1;
};

void say(int report, char what) { EXPECT_EQ(::write(report, &what, 1), 1); }

// 71.
TEST(Interrupt, TheFirstOneCancelsTheMainTaskWhichCleansUp) {
  child_process child([](int report) {
    try {
      run([report]() -> task<> {
        co_await finally(
            [report]() -> task<> {
              say(report, 'r');
              co_await sleep(1h);
            },
            [report]() -> task<> {
              co_await sleep(0ms);
              say(report, 'c');
            });
        say(report, 'x');
      }());
    } catch (const keyboard_interrupt&) {
      say(report, 'k');
      return;
    }
    say(report, 'x');
  });

  EXPECT_EQ(child.read(1), "r");
  child.interrupt();

  EXPECT_EQ(child.read_all(), "ck");
  const int status = child.wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), normal_end);
}

TEST(Interrupt, TheSecondOneEndsTheProcessWithAListOfTasks) {
  child_process child([](int report) {
    run([report]() -> task<> {
      co_await finally(
          [report]() -> task<> {
            say(report, 'r');
            co_await sleep(1h);
          },
          [report]() -> task<> {
            say(report, 'c');
            co_await sleep(1h);  // cleanup that takes its time
          },
          finally_options{.grace = 2h});
    }());
  });

  EXPECT_EQ(child.read(1), "r");
  child.interrupt();
  EXPECT_EQ(child.read(1), "c");
  child.interrupt();

  const std::string dump = child.read_all();
  EXPECT_NE(dump.find("interrupted twice"), std::string::npos) << dump;
  EXPECT_NE(dump.find("interrupt_test.cpp"), std::string::npos) << dump;
  const int status = child.wait();
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

// 71. The stop comes at the next wait; one that never waits again has a value, which stands.
TEST(Interrupt, AMainTaskThatEndsWithAValueKeepsIt) {
  child_process child([](int report) {
    const int value = run([report]() -> task<int> {
      const int kept = co_await shield([]() -> task<int> {
        std::raise(SIGINT);
        for (int turn = 0; turn < 3; ++turn) co_await sleep(0ms);
        co_return 42;
      }());
      say(report, 'e');
      co_return kept;
    }());
    say(report, value == 42 ? 'v' : 'x');
  });

  EXPECT_EQ(child.read_all(), "ev");
  EXPECT_TRUE(WIFEXITED(child.wait()));
}

// 71.
TEST(Interrupt, TheSecondOneBreaksALoopThatNeverWaits) {
#if defined(__has_feature)
#  if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "thread sanitizer holds signals back while code makes no call";
#  endif
#endif
  child_process child([](int report) {
    run([report]() -> task<> {
      say(report, 'r');
      for (volatile bool forever = true; forever;) {
      }
      co_return;
    }());
  });

  EXPECT_EQ(child.read(1), "r");
  // Signals of one number that come together count as one in the kernel, so it is sent until it works.
  int status = 0;
  while (!child.has_ended(status)) child.interrupt();
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

// 71.
TEST(Interrupt, TheHandlerBeforeIsBackAfterRun) {
  child_process child([](int report) {
    run([]() -> task<> { co_await sleep(0ms); }());
    struct sigaction now{};
    ::sigaction(SIGINT, nullptr, &now);
    say(report, now.sa_handler == SIG_DFL ? 'd' : 'x');
  });

  EXPECT_EQ(child.read(1), "d");
  EXPECT_TRUE(WIFEXITED(child.wait()));
}

TEST(Interrupt, AProgramWithItsOwnHandlerKeepsIt) {
  child_process child([](int report) {
    static int report_to;
    report_to = report;
    std::signal(SIGINT, [](int) { say(report_to, 'h'); });
    run([report]() -> task<> {
      say(report, 'r');
      std::raise(SIGINT);
      co_await sleep(0ms);
      say(report, 'e');
    }());
  });

  EXPECT_EQ(child.read_all(), "rhe");
  EXPECT_TRUE(WIFEXITED(child.wait()));
}

TEST(SignalReceiver, GivesTheNumbersInsteadOfEndingTheProgram) {
  child_process child([](int report) {
    run([report]() -> task<> {
      signal_receiver signals({SIGINT, SIGTERM});
      say(report, 'r');
      const int first = co_await signals.next();
      say(report, first == SIGTERM ? 't' : 'x');
      const int second = co_await signals.next();
      say(report, second == SIGINT ? 'i' : 'x');
    }());
  });

  EXPECT_EQ(child.read(1), "r");
  child.terminate();
  EXPECT_EQ(child.read(1), "t");
  child.interrupt();
  EXPECT_EQ(child.read_all(), "i");
  EXPECT_TRUE(WIFEXITED(child.wait()));
}

TEST(SignalReceiver, ACancelledWaitLosesNoSignal) {
  child_process child([](int report) {
    run([report]() -> task<> {
      signal_receiver signals({SIGTERM});
      auto waiting = create_task(signals.next());
      co_await sleep(0ms);
      std::raise(SIGTERM);
      waiting.cancel();
      int number = 0;
      try {
        number = co_await waiting;  // it had come before the cancellation,
      } catch (const cancelled_error&) {
      }
      if (number == 0) number = co_await signals.next();  // or it is still there for the next
      say(report, number == SIGTERM ? 't' : 'x');
    }());
  });

  EXPECT_EQ(child.read_all(), "t");
  EXPECT_TRUE(WIFEXITED(child.wait()));
}

}  // namespace
}  // namespace overlap::asyncio
