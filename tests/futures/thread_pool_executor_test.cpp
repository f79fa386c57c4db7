// tests/futures/thread_pool_executor_test.cpp
//
// The thread pool by its rules. Numbers in brackets are the lines of the requirements they mirror.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <overlap/base/context_var.hpp>
#include <overlap/futures/thread_pool_executor.hpp>

#include "futures/unhandled_capture.hpp"

namespace overlap::futures {
namespace {

using namespace std::chrono_literals;

TEST(ThreadPoolExecutor, RunsFunctionsWithCopiesOfTheirArguments) {
  thread_pool_executor pool(2);
  struct adder {
    int base;
    int add(int more) const { return base + more; }
  };
  std::string text = "by reference";

  EXPECT_EQ(pool.submit([](int a, int b) { return a * b; }, 6, 7).result(), 42);
  EXPECT_EQ(pool.submit(&adder::add, adder{40}, 2).result(), 42);
  EXPECT_EQ(pool.submit(&adder::base, adder{5}).result(), 5);
  EXPECT_EQ(*pool.submit([](std::unique_ptr<int> owned) { return owned; }, std::make_unique<int>(3)).result(),
            3);
  pool.submit([](std::string& target) { target += "!"; }, std::ref(text)).result();
  EXPECT_EQ(text, "by reference!");
  std::string& same = pool.submit([&]() -> std::string& { return text; }).result();
  EXPECT_EQ(&same, &text);
}

TEST(ThreadPoolExecutor, NestedSubmissionWorksWithOneWorker) {
  thread_pool_executor pool(1);
  std::function<int(int)> sum_to = [&](int n) -> int {
    if (n == 0) return 0;
    return n + pool.submit(sum_to, n - 1).result();
  };
  EXPECT_EQ(pool.submit(sum_to, 50).result(), 1275);
}

}  // namespace
}  // namespace overlap::futures
