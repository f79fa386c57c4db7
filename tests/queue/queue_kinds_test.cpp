// tests/queue/queue_kinds_test.cpp
//
// What the kinds of queues do each in its own way.

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <overlap/base/error.hpp>
#include <overlap/queue.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::queue {
namespace {

using namespace std::chrono_literals;
using threading::thread;
using threading::wait_until;

TEST(LifoQueue, GivesTheNewestFirst) {
  lifo_queue<int> items;
  for (int i = 0; i < 100; ++i) items.put(i);
  for (int i = 99; i >= 0; --i) EXPECT_EQ(items.get(), i);
}

struct payload {  // nothing to compare it by
  std::string text;
};

TEST(PriorityQueue, NeverComparesPayloadsAndKeepsTheOrderOfEquals) {
  priority_queue<std::pair<int, payload>> jobs;
  jobs.put({2, {"c"}});
  jobs.put({1, {"a"}});
  jobs.put({2, {"d"}});
  jobs.put({1, {"b"}});
  std::string order;
  while (auto job = jobs.try_get()) order += job->second.text;
  EXPECT_EQ(order, "abcd");
}

struct job {
  int priority;
  std::string name;
};

TEST(PriorityQueue, TakesAMemberAsItsKey) {
  priority_queue<job, &job::priority> jobs;
  jobs.put({3, "sweep"});
  jobs.put({1, "cook"});
  EXPECT_EQ(jobs.get().name, "cook");
  EXPECT_EQ(jobs.get().name, "sweep");
}

TEST(SimpleQueue, NeverWaitsToPut) {
  simple_queue<int> items;
  EXPECT_TRUE(items.empty());
  for (int i = 0; i < 1000; ++i) items.put(i);
  items.put_nowait(1000);
  EXPECT_EQ(items.qsize(), 1001U);
  for (int i = 0; i <= 1000; ++i) EXPECT_EQ(items.get(), i);
  EXPECT_THROW(items.get_nowait(), empty);
  EXPECT_THROW(items.get(0s), empty);
  EXPECT_THROW(items.get(1ms), empty);
  EXPECT_THROW(items.get(-1s), invalid_value_error);
  EXPECT_EQ(items.try_get(), std::nullopt);
}

TEST(SimpleQueue, AGetWaits) {
  simple_queue<int> items;
  int got = 0;
  thread getter([&](std::stop_token stop) {
    got = items.get();
    EXPECT_EQ(items.next(stop), std::nullopt);
  });
  getter.start();
  wait_until([&] { return items.threads_getting() == 1; });
  items.put(3);
  wait_until([&] { return items.empty() && items.threads_getting() == 1; });
  getter.request_stop();
  getter.join();
  EXPECT_EQ(got, 3);
}

struct echo {
  explicit echo(simple_queue<echo>* into, int left) : into_(into), left_(left) {}
  echo(echo&& other) noexcept : into_(std::exchange(other.into_, nullptr)), left_(other.left_) {}
  ~echo() {
    if (into_ != nullptr && left_ > 0) into_->put(echo(into_, left_ - 1));
  }
  simple_queue<echo>* into_;
  int left_;
};

TEST(SimpleQueue, MayBePutIntoByTheDestructorOfAnItem) {
  simple_queue<echo> items;
  items.put(echo(&items, 3));
  int taken = 0;
  while (items.try_get()) ++taken;
  EXPECT_EQ(taken, 4);
}

}  // namespace
}  // namespace overlap::queue
