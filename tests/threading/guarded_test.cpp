// tests/threading/guarded_test.cpp
//
// A value and its lock.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::threading {
namespace {

using namespace std::chrono_literals;

template <class Function>
void elsewhere(Function function) {
  thread other(std::move(function));
  other.start();
  other.join();
}

TEST(Guarded, IsMadeInItsPlace) {
  guarded<std::string> text(3, 'x');
  EXPECT_EQ(*text.read(), "xxx");
  guarded<std::unique_ptr<int>> pointer(std::make_unique<int>(4));
  EXPECT_EQ(pointer.with([](auto& held) { return *held; }), 4);
  const guarded<int> number;
  EXPECT_EQ(*number.read(), 0);
}

TEST(Guarded, IsReachedOnlyUnderItsLock) {
  guarded<std::map<std::string, int>> hits;
  hits.with([](auto& map) { ++map["page"]; });
  {
    auto locked = hits.lock();
    locked->emplace("other", 2);
    (*locked)["page"] = 5;
  }
  EXPECT_EQ(hits.read([](const auto& map) { return map.size(); }), 2U);
  EXPECT_EQ(hits.read()->at("page"), 5);
}

TEST(Guarded, AnExclusiveAccessExcludesAll) {
  guarded<int> number(1);
  auto locked = number.lock();
  elsewhere([&] {
    EXPECT_FALSE(number.try_lock());
    EXPECT_FALSE(number.try_lock(1ms));
    EXPECT_FALSE(number.try_read());
    EXPECT_FALSE(number.try_read(1ms));
    EXPECT_THROW(static_cast<void>(number.lock(1ms)), timeout_error);
    EXPECT_THROW(static_cast<void>(number.read(0s)), timeout_error);
    EXPECT_THROW(number.with([](int&) {}, 0s), timeout_error);
    EXPECT_THROW(number.read([](const int&) {}, 0s), timeout_error);
  });
  locked.release();
  locked.release();
  elsewhere([&] { EXPECT_TRUE(number.try_lock()); });
}

TEST(Guarded, SharedAccessesExcludeTheExclusiveOneOnly) {
  guarded<int> number(1);
  std::optional shared = number.read();
  elsewhere([&] {
    const auto other = number.try_read();
    ASSERT_TRUE(other);
    EXPECT_EQ(*other, 1);
    EXPECT_FALSE(number.try_lock());
    EXPECT_FALSE(number.try_lock(1ms));
  });
  elsewhere([&] { EXPECT_TRUE(number.try_read()) << "a writer that has left keeps nobody out"; });
  shared.reset();
  EXPECT_TRUE(number.try_lock());
}

TEST(Guarded, WhatTheFunctionThrowsUnlocksIt) {
  guarded<int> number;
  EXPECT_THROW(number.with([](int&) { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_THROW(number.read([](const int&) { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_TRUE(number.try_lock());
}

TEST(Guarded, AnAccessMayBeMoved) {
  guarded<int> number;
  auto first = number.lock();
  auto second = std::move(first);
  *second = 2;
  first = std::move(second);
  elsewhere([&] { EXPECT_FALSE(number.try_read()); });
  first.release();
  EXPECT_EQ(*number.read(), 2);
}

TEST(Guarded, LockedTwiceByOneThreadIsADeadlockThatIsToldAtOnce) {
  guarded<int> number;
  const auto locked = number.lock();
  EXPECT_THROW(static_cast<void>(number.lock()), deadlock_error);
  EXPECT_THROW(static_cast<void>(number.read()), deadlock_error);
  EXPECT_THROW(static_cast<void>(number.try_lock()), deadlock_error);
}

TEST(Guarded, AStopEndsAWait) {
  guarded<int> number;
  std::stop_source stopper;
  auto locked = number.lock();
  thread writer([&] { EXPECT_THROW(number.with([](int&) {}, stopper.get_token()), stopped_error); });
  thread reader([&] { EXPECT_FALSE(number.try_read(stopper.get_token())); });
  writer.start();
  reader.start();
  wait_until([&] { return number.threads_waiting() == 2; });
  stopper.request_stop();
  writer.join();
  reader.join();
  EXPECT_EQ(number.threads_waiting(), 0U);
}

TEST(Guarded, AReaderWaitsBehindAWriterAndTheNextWriterBehindTheReader) {
  guarded<std::string> order;
  std::optional shared = order.read();
  thread writer([&] { order.lock()->push_back('w'); });
  writer.start();
  wait_until([&] { return order.threads_waiting() == 1; });
  std::string seen;
  thread reader([&] { seen = *order.read(); });
  reader.start();
  wait_until([&] { return order.threads_waiting() == 2; });
  shared.reset();
  writer.join();
  reader.join();
  EXPECT_EQ(seen, "w");

  std::optional locked = order.lock();
  thread next([&] { order.lock()->push_back('W'); });
  next.start();
  wait_until([&] { return order.threads_waiting() == 1; });
  thread late_reader([&] { seen = *order.read(); });
  late_reader.start();
  wait_until([&] { return order.threads_waiting() == 2; });
  locked.reset();
  late_reader.join();
  next.join();
  EXPECT_EQ(seen, "w") << "the reader's turn came before the next writer's";
}

TEST(Guarded, AWriterThatGivesUpLetsTheReadersBehindItIn) {
  guarded<int> number;
  std::optional shared = number.read();
  std::stop_source stopper;
  thread writer([&] { EXPECT_FALSE(number.try_lock(stopper.get_token())); });
  writer.start();
  wait_until([&] { return number.threads_waiting() == 1; });
  thread reader([&] { EXPECT_EQ(*number.read(), 0); });
  reader.start();
  wait_until([&] { return number.threads_waiting() == 2; });
  stopper.request_stop();
  writer.join();
  reader.join();
}

TEST(Guarded, ManyReadersAndWritersSeeWholeValues) {
  guarded<std::pair<long, long>> twins(0, 0);
  std::atomic<bool> good = true;
  {
    std::vector<thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads
          .emplace_back([&] {
            for (int n = 0; n < 2000; ++n) twins.with([](auto& both) { ++both.first, ++both.second; });
          })
          .start();
      threads
          .emplace_back([&] {
            for (int n = 0; n < 2000; ++n)
              if (!twins.read([](const auto& both) { return both.first == both.second; })) good = false;
          })
          .start();
      threads
          .emplace_back([&] {
            for (int n = 0; n < 500; ++n)
              if (const auto locked = twins.try_lock(1us)) ++locked->first, --locked->first;
          })
          .start();
    }
  }
  EXPECT_TRUE(good);
  EXPECT_EQ(twins.read()->first, 6000);
}

}  // namespace
}  // namespace overlap::threading
