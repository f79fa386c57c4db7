// tests/futures/senders_test.cpp
//
// An executor as a scheduler of std::execution. The receivers are written by hand, in the standard's shape.

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include <overlap/futures.hpp>
#include <overlap/futures/senders.hpp>

#include "futures/gate.hpp"

namespace overlap::futures {
namespace {

struct completion {
  std::string how;
  std::thread::id thread;
  std::exception_ptr error;
};

/// Notes how it was completed, and where. The promise outlives the pool that completes it.
struct noting_receiver {
  struct environment {
    std::stop_token token;
    [[nodiscard]] std::stop_token get_stop_token() const noexcept { return token; }
  };

  std::promise<completion>* noted;
  std::stop_token token;

  void set_value() noexcept { note("value"); }
  void set_error(std::exception_ptr error) noexcept { note("error", std::move(error)); }
  void set_stopped() noexcept { note("stopped"); }
  [[nodiscard]] environment get_env() const noexcept { return {token}; }

 private:
  void note(const char* how, std::exception_ptr error = nullptr) noexcept {
    noted->set_value({how, std::this_thread::get_id(), std::move(error)});
  }
};

TEST(ExecutorScheduler, CompletesOnAWorker) {
  std::promise<completion> noted;
  thread_pool_executor pool(1);
  const std::thread::id worker = pool.submit([] { return std::this_thread::get_id(); }).result();
  auto operation = get_scheduler(pool).schedule().connect(noting_receiver{&noted, {}});
  operation.start();
  const completion got = noted.get_future().get();
  EXPECT_EQ(got.how, "value");
  EXPECT_EQ(got.thread, worker);
}

TEST(ExecutorScheduler, OfAPoolThatIsShutDownCompletesWithTheRefusal) {
  std::promise<completion> noted;
  thread_pool_executor pool(1);
  const auto scheduler = get_scheduler(pool);
  pool.shutdown();
  auto operation = scheduler.schedule().connect(noting_receiver{&noted, {}});
  operation.start();
  const completion got = noted.get_future().get();
  EXPECT_EQ(got.how, "error");
  EXPECT_EQ(got.thread, std::this_thread::get_id());
  EXPECT_THROW(std::rethrow_exception(got.error), invalid_state_error);
}

TEST(ExecutorScheduler, CancelledByTheShutdownItIsStopped) {
  std::promise<completion> noted;
  thread_pool_executor pool(1);
  gate busy_job;
  auto busy = pool.submit([&busy_job] { busy_job.pass(); });
  busy_job.wait_until_reached();
  auto operation = get_scheduler(pool).schedule().connect(noting_receiver{&noted, {}});
  operation.start();
  pool.shutdown({.wait = false, .cancel_futures = true});
  EXPECT_EQ(noted.get_future().get().how, "stopped");
  busy_job.open();
  busy.result();
}

TEST(ExecutorScheduler, AStopThatWasRequestedBeforeItsTurnStopsIt) {
  std::promise<completion> noted;
  thread_pool_executor pool(1);
  std::stop_source stop;
  stop.request_stop();
  auto operation = get_scheduler(pool).schedule().connect(noting_receiver{&noted, stop.get_token()});
  operation.start();
  EXPECT_EQ(noted.get_future().get().how, "stopped");
}

TEST(ExecutorScheduler, IsEqualToOthersOfTheSameExecutorOnly) {
  thread_pool_executor pool(1);
  const inline_executor other;
  EXPECT_EQ(get_scheduler(pool), get_scheduler(pool));
  EXPECT_FALSE(get_scheduler(pool) == get_scheduler(other));
}

TEST(ExecutorScheduler, OfAnInlineExecutorCompletesInsideStart) {
  std::promise<completion> noted;
  const inline_executor here;
  auto operation = get_scheduler(here).schedule().connect(noting_receiver{&noted, {}});
  operation.start();
  const completion got = noted.get_future().get();
  EXPECT_EQ(got.how, "value");
  EXPECT_EQ(got.thread, std::this_thread::get_id());
}

TEST(ExecutorScheduler, KeepsTheWorkersOfAnExecutorThatIsGone) {
  std::promise<completion> noted;
  std::optional<thread_pool_executor> pool(1);
  const auto scheduler = get_scheduler(*pool);
  pool.reset();
  auto operation = scheduler.schedule().connect(noting_receiver{&noted, {}});
  operation.start();
  EXPECT_EQ(noted.get_future().get().how, "value");
}

}  // namespace
}  // namespace overlap::futures
