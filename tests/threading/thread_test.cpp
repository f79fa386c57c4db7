// tests/threading/thread_test.cpp
//
// Starting, joining, naming, asking. Numbers are the lines of requirements §3.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/threading.hpp>

#include "platform/current_thread.hpp"
#include "threading/excepthook_capture.hpp"
#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

TEST(Thread, DoesNothingUntilItIsStarted) {
  bool ran = false;
  thread worker([&] { ran = true; });
  EXPECT_FALSE(worker.is_alive());
  EXPECT_EQ(worker.ident(), 0U);
  EXPECT_EQ(worker.native_id(), 0U);
  worker.start();
  EXPECT_TRUE(worker.join());
  EXPECT_TRUE(ran);
}

TEST(Thread, ThatWasNeverStartedJustGoesAway) {
  auto kept = std::make_shared<int>(1);
  {
    const thread worker([kept] {});
  }
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(Thread, GetsCopiesOfItsArgumentsAndReferencesThatAreWrapped) {
  std::string text = "first";
  int sum = 0;
  thread worker([](std::string copy, std::unique_ptr<int> moved,
                   int& into) { into = *moved + static_cast<int>(copy.size()); },
                text, std::make_unique<int>(4), std::ref(sum));
  text = "changed since";
  worker.start();
  worker.join();
  EXPECT_EQ(sum, 9);
}

struct counter {
  int value = 0;
  void add(int more) { value += more; }
};

TEST(Thread, RunsMemberFunctions) {
  counter counted;
  thread worker(&counter::add, &counted, 3);
  worker.start();
  worker.join();
  EXPECT_EQ(counted.value, 3);
}

TEST(Thread, DestroysItsFunctionBeforeItIsJoined) {
  auto kept = std::make_shared<int>(1);
  thread worker([kept] {});
  worker.start();
  worker.join();
  EXPECT_EQ(kept.use_count(), 1);
}

// [74]
TEST(Thread, StartsOnce) {
  thread worker([] {});
  worker.start();
  EXPECT_THROW(worker.start(), invalid_state_error);
  worker.join();
  EXPECT_THROW(worker.start(), invalid_state_error);
}

// [74]
TEST(Thread, CannotBeJoinedBeforeItsStart) {
  const thread worker([] {});
  EXPECT_THROW(worker.join(), invalid_state_error);
}

// [74]
TEST(Thread, CannotJoinItself) {
  bool refused = false;
  thread worker([&] {
    try {
      current_thread().join();
    } catch (const invalid_state_error&) {
      refused = true;
    }
  });
  worker.start();
  worker.join();
  EXPECT_TRUE(refused);
}

// A ring of joins would never end; the one that closes it is told.
TEST(Thread, ARingOfJoinsIsRefused) {
  for (int round = 0; round < 20; ++round) {
    std::vector<thread> ring;
    std::atomic<int> refused = 0;
    gate all_made;
    for (std::size_t i = 0; i < 3; ++i)
      ring.emplace_back([&, i] {
        all_made.wait_until_open();
        try {
          static_cast<const thread_handle&>(ring[(i + 1) % 3]).join();
        } catch (const deadlock_error&) {
          ++refused;
        }
      });
    for (thread& each : ring) each.start();
    all_made.open();
    for (thread& each : ring) each.join();
    EXPECT_EQ(refused, 1);
  }
}

// [74]
TEST(Thread, MayBeJoinedByAnyNumberOfThreads) {
  gate held;
  thread worker([&] { held.pass(); });
  worker.start();
  std::atomic<int> joined = 0;
  {
    std::vector<thread> joiners;
    for (int i = 0; i < 4; ++i)
      joiners
          .emplace_back([&, handle = static_cast<const thread_handle&>(worker)] { joined += handle.join(); })
          .start();
    held.open();
  }
  EXPECT_EQ(joined, 4);
  EXPECT_TRUE(worker.join()) << "again";
}

TEST(Thread, AJoinWithATimeOutTellsThatItIsStillRunning) {
  gate held;
  thread worker([&] { held.pass(); });
  worker.start();
  EXPECT_FALSE(worker.join(0s));
  EXPECT_FALSE(worker.join(1ms));
  EXPECT_FALSE(worker.join(-1s)) << "as in Python, only looks";
  EXPECT_TRUE(worker.is_alive());
  held.open();
  EXPECT_TRUE(worker.join(1h));
  EXPECT_FALSE(worker.is_alive());
}

TEST(Thread, AJoinEndsWhenItsStopTokenSaysSo) {
  gate held;
  thread worker([&] { held.pass(); });
  worker.start();
  std::stop_source stopper;
  thread stopping([&] { stopper.request_stop(); });
  stopping.start();
  EXPECT_FALSE(worker.join(stopper.get_token()));
  EXPECT_FALSE(worker.join({1h, stopper.get_token()}));
  held.open();
}

TEST(Thread, ThrowsWhatItsFunctionThrewToEverybodyWhoJoins) {
  const excepthook_capture hook;
  {
    thread worker([] { throw std::out_of_range("too far"); });
    worker.start();
    EXPECT_THROW(worker.join(), std::out_of_range);
    EXPECT_THROW(worker.join(), std::out_of_range);
    EXPECT_NE(worker.exception(), nullptr);
  }
  EXPECT_THAT(hook.texts(), IsEmpty());
}

TEST(Thread, TellsItsExceptionWithoutThrowing) {
  const excepthook_capture hook;
  gate held;
  {
    thread worker([&] {
      held.pass();
      throw std::out_of_range("too far");
    });
    worker.start();
    EXPECT_THROW(static_cast<void>(worker.exception(0s)), timeout_error);
    std::stop_source stopper;
    stopper.request_stop();
    EXPECT_THROW(static_cast<void>(worker.exception(stopper.get_token())), stopped_error);
    held.open();
    EXPECT_NE(worker.exception(), nullptr);
  }
  EXPECT_THAT(hook.texts(), IsEmpty());

  thread good([] {});
  good.start();
  EXPECT_EQ(good.exception(), nullptr);
}

TEST(Thread, ItsDestructorAsksItToStopAndWaits) {
  bool ended = false;
  {
    thread worker([&](std::stop_token stop) {
      event never;
      EXPECT_FALSE(never.wait(stop));
      ended = true;
    });
    worker.start();
  }
  EXPECT_TRUE(ended);
}

TEST(Thread, AMoveKeepsItRunningAndAnAssignmentEndsTheOldOne) {
  std::atomic<int> ended = 0;
  const auto until_stopped = [&](std::stop_token stop) {
    event().wait(stop);
    ++ended;
  };
  thread first(until_stopped);
  first.start();
  const std::uint64_t ident = first.ident();
  thread second = std::move(first);
  EXPECT_EQ(second.ident(), ident);
  EXPECT_TRUE(second.is_alive());

  second = thread(until_stopped);
  EXPECT_EQ(ended, 1);
  second.start();
  EXPECT_TRUE(second.request_stop());
  EXPECT_FALSE(second.request_stop());
  second.join();
  EXPECT_EQ(ended, 2);
}

TEST(Thread, AFunctionWithAutoInThePlaceOfATokenWaitsWithItToo) {
  thread worker([](auto stop) { EXPECT_TRUE(event().wait(stop) || stop.stop_requested()); });
  worker.start();
  worker.request_stop();
  worker.join();
}

TEST(Thread, HasANameForTheSystemAndForPeople) {
  gate held;
  std::string shown;
  thread worker({.name = "a reader of long files"}, [&] {
    shown = platform::current_thread_name().view();
    EXPECT_EQ(current_thread().name().view(), "a reader of long files");
    current_thread().set_name("renamed");
    EXPECT_EQ(platform::current_thread_name().view(), "renamed");
    held.pass();
  });
  EXPECT_EQ(worker.name().view(), "a reader of long files");
  worker.start();
  held.wait_until_reached();
  EXPECT_EQ(shown, "a reader of lon");
  worker.set_name("by another");
  EXPECT_EQ(worker.name().view(), "by another");
  held.open();
  worker.join();

  thread unnamed([] {});
  unnamed.start();
  EXPECT_THAT(std::string(unnamed.name().view()), ::testing::StartsWith("Thread-"));
}

TEST(Thread, MayHaveAStackOfItsOwnSize) {
  std::size_t left = 0;
  thread worker({.stack_bytes = 32 * 1024 * 1024}, [&] { left = platform::stack_bytes_left(); });
  worker.start();
  worker.join();
  EXPECT_GT(left, std::size_t{30} * 1024 * 1024);
}

TEST(Thread, ThatTheSystemCannotGiveMayBeTriedAgain) {
  const std::size_t before = active_count();
  thread worker({.stack_bytes = std::size_t{1} << 60}, [] {});
  EXPECT_THROW(worker.start(), os_error);
  EXPECT_FALSE(worker.is_alive());
  EXPECT_EQ(active_count(), before);
  EXPECT_THROW(worker.start(), os_error);
}

TEST(Thread, KnowsItsIds) {
  std::uint64_t ident = 0;
  unsigned long native_id = 0;
  gate held;
  thread worker([&] {
    ident = get_ident();
    native_id = get_native_id();
    held.pass();
  });
  worker.start();
  EXPECT_NE(worker.native_id(), 0U) << "known as soon as it is started";
  held.wait_until_reached();
  EXPECT_EQ(worker.ident(), ident);
  EXPECT_EQ(worker.native_id(), native_id);
  EXPECT_NE(ident, get_ident());
  held.open();
}

TEST(CurrentThread, IsTheMainOneHere) {
  EXPECT_EQ(current_thread(), main_thread());
  EXPECT_EQ(main_thread().name().view(), "MainThread");
  EXPECT_EQ(main_thread().ident(), get_ident());
  EXPECT_EQ(main_thread().native_id(), get_native_id());
  EXPECT_TRUE(main_thread().is_alive());
  EXPECT_THAT(enumerate(), Contains(main_thread()));
}

TEST(CurrentThread, IsTheOneThatWasStarted) {
  thread worker([] {});
  thread asking([&] {
    EXPECT_EQ(current_thread().name().view(), "asking");
    EXPECT_NE(current_thread(), static_cast<const thread_handle&>(worker));
    EXPECT_NE(current_thread(), main_thread());
  });
  asking.set_name("asking");
  asking.start();
  asking.join();
}

TEST(CurrentThread, KnowsThreadsThatOverlapHasNotStarted) {
  std::unordered_set<thread_handle> known;
  std::jthread([&] {
    platform::set_current_thread_name("foreign");
    const thread_handle self = current_thread();
    EXPECT_EQ(self, current_thread());
    EXPECT_EQ(self.name().view(), "foreign");
    EXPECT_EQ(self.ident(), get_ident());
    EXPECT_TRUE(self.is_alive());
    EXPECT_THAT(enumerate(), Contains(self));
    known.insert(self);
  }).join();
  const thread_handle gone = *known.begin();
  EXPECT_FALSE(gone.is_alive());
  EXPECT_THAT(enumerate(), Not(Contains(gone)));
  EXPECT_THROW(gone.join(), invalid_state_error) << "nobody here can wait for it";
}

TEST(CurrentThread, ThreadsThatAreAliveAreEnumerated) {
  const std::size_t before = active_count();
  gate held;
  thread worker([&] { held.pass(); });
  EXPECT_EQ(active_count(), before) << "not started yet";
  worker.start();
  EXPECT_EQ(active_count(), before + 1);
  const thread_handle handle = worker;
  EXPECT_THAT(enumerate(), Contains(handle));
  held.open();
  worker.join();
  EXPECT_EQ(active_count(), before);
  EXPECT_THAT(enumerate(), Not(Contains(handle)));
}

}  // namespace
}  // namespace overlap::threading
