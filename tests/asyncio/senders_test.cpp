// tests/asyncio/senders_test.cpp
//
// Tasks as senders, and senders awaited in tasks. The senders and receivers here are written by hand, in the
// shape that std::execution gives them.

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include <overlap/asyncio/senders.hpp>
#include <overlap/base/error.hpp>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;

OVERLAP_LOOP_SUITE(Senders);

/// Completes at once, inside start().
template <class T>
struct just {
  T value;

  template <class Receiver>
  struct operation {
    T value;
    Receiver receiver;
    void start() noexcept { std::move(receiver).set_value(std::move(value)); }
  };
  template <class Receiver>
  operation<Receiver> connect(Receiver receiver) && {
    return {std::move(value), std::move(receiver)};
  }
};

/// Completes on another thread, in the way that it is told; with `when_asked` only when it is asked to stop.
enum class way { value, error, plain_error, stopped, when_asked };

struct from_thread {
  way how;
  std::thread* thread;  // to be joined by the test

  template <class Receiver>
  struct operation {
    way how;
    std::thread* thread;
    Receiver receiver;

    void start() noexcept {
      *thread = std::thread([this] {
        switch (how) {
          case way::value:
            return std::move(receiver).set_value(42);
          case way::error:
            return std::move(receiver).set_error(std::make_exception_ptr(std::runtime_error("no")));
          case way::plain_error:
            return std::move(receiver).set_error(7);
          case way::stopped:
            return std::move(receiver).set_stopped();
          case way::when_asked:
            break;
        }
        std::atomic<bool> asked = false;
        const std::stop_callback wake(receiver.get_env().get_stop_token(), [&] {
          asked = true;
          asked.notify_all();
        });
        asked.wait(false);
        std::move(receiver).set_stopped();
      });
    }
  };
  template <class Receiver>
  operation<Receiver> connect(Receiver receiver) && {
    return {how, thread, std::move(receiver)};
  }
};

TEST_P(Senders, ASenderThatCompletesAtOnceIsAwaited) {
  run_on_loop([]() -> task<> {
    EXPECT_EQ(co_await from_sender<int>(just<int>{42}), 42);
    auto owner = just<std::unique_ptr<int>>{std::make_unique<int>(3)};
    EXPECT_EQ(*co_await from_sender<std::unique_ptr<int>>(std::move(owner)), 3);
  });
}

TEST_P(Senders, AValueOfAnotherThreadArrives) {
  run_on_loop([]() -> task<> {
    std::thread thread;
    EXPECT_EQ(co_await from_sender<int>(from_thread{way::value, &thread}), 42);
    thread.join();
  });
}

TEST_P(Senders, ErrorsAreThrown) {
  run_on_loop([]() -> task<> {
    std::thread thread;
    EXPECT_THROW(co_await from_sender<int>(from_thread{way::error, &thread}), std::runtime_error);
    thread.join();
    EXPECT_THROW(co_await from_sender<int>(from_thread{way::plain_error, &thread}), int);
    thread.join();
  });
}

TEST_P(Senders, OneThatStopsByItselfIsSomebodyElsesCancellation) {
  run_on_loop([]() -> task<> {
    std::thread thread;
    EXPECT_THROW(co_await from_sender<int>(from_thread{way::stopped, &thread}), cancelled_error);
    thread.join();
  });
}

TEST_P(Senders, CancellingTheTaskAsksTheSenderToStopAndAwaitsIt) {
  std::vector<std::string> events;
  run_on_loop([&]() -> task<> {
    std::thread thread;
    const auto waits = [&]() -> task<> {
      const noted_end frame(events, "frame destroyed");
      co_await from_sender<int>(from_thread{way::when_asked, &thread});
      events.emplace_back("not reached");
    };
    EXPECT_THROW(co_await wait_for(waits(), 1ms), timeout_error);
    thread.join();
  });
  EXPECT_THAT(events, ElementsAre("frame destroyed"));
}

TEST_P(Senders, InACancelledScopeItIsNotStarted) {
  run_on_loop([]() -> task<> {
    std::thread never;
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await from_sender<int>(from_thread{way::value, &never});
    });
    EXPECT_FALSE(never.joinable());
  });
}

struct received {
  std::optional<int> value;
  std::exception_ptr error;
  bool stopped = false;
  int completions = 0;
};

struct noting_receiver {
  received* into;

  void set_value(int value) && noexcept {
    into->value = value;
    ++into->completions;
  }
  void set_value() && noexcept { ++into->completions; }
  void set_error(std::exception_ptr error) && noexcept {
    into->error = std::move(error);
    ++into->completions;
  }
  void set_stopped() && noexcept {
    into->stopped = true;
    ++into->completions;
  }
};

TEST_P(Senders, ATaskCompletesWithItsValue) {
  run_on_loop([]() -> task<> {
    received got;
    const auto answer = []() -> task<int> {
      co_await sleep(1s);
      co_return 42;
    };
    auto operation = answer().connect(noting_receiver{&got});
    EXPECT_EQ(got.completions, 0);
    operation.start();
    co_await sleep(2s);
    EXPECT_EQ(got.value, 42);
    EXPECT_EQ(got.completions, 1);
  });
}

TEST_P(Senders, ATaskCompletesWithItsErrorWhichIsTakenThen) {
  run_on_loop([]() -> task<> {
    received got;
    const auto fails = []() -> task<> {
      co_await sleep(1s);
      throw std::runtime_error("no");
    };
    auto operation = fails().connect(noting_receiver{&got});
    operation.start();
    co_await sleep(2s);
    EXPECT_NE(got.error, nullptr);
    EXPECT_EQ(got.completions, 1);
  });
}

TEST_P(Senders, ACancelledTaskCompletesAsStopped) {
  run_on_loop([]() -> task<> {
    received got;
    const auto cancels_itself = []() -> task<> {
      current_task().cancel();
      co_await sleep(1h);
    };
    auto operation = cancels_itself().connect(noting_receiver{&got});
    operation.start();
    co_await sleep(1s);
    EXPECT_TRUE(got.stopped);
    EXPECT_EQ(got.completions, 1);
  });
}

TEST(SendersWithoutALoop, StartingATaskIsAnErrorOfTheReceiver) {
  received got;
  const auto answer = []() -> task<int> { co_return 42; };
  auto operation = answer().connect(noting_receiver{&got});
  operation.start();
  EXPECT_NE(got.error, nullptr);
  EXPECT_EQ(got.completions, 1);
}

TEST(SendersWithoutALoop, AnOperationThatIsNeverStartedDropsItsTask) {
  live_counter captured;
  received got;
  const auto answer = [](auto) -> task<> { co_return; };
  {
    const auto operation = answer(captured.make()).connect(noting_receiver{&got});
  }
  EXPECT_EQ(captured.alive(), 0);
  EXPECT_EQ(got.completions, 0);
}

// Out and in again: a task as a sender, awaited as one.
TEST_P(Senders, GoRound) {
  run_on_loop([]() -> task<> {
    const auto answer = []() -> task<int> {
      co_await sleep(1s);
      co_return 42;
    };
    EXPECT_EQ(co_await from_sender<int>(answer()), 42);
  });
}

}  // namespace
}  // namespace overlap::asyncio
