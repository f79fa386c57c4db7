// tests/asyncio/loop_test.hpp
//
// The fixture of everything that runs on a loop: each test runs on the simulated reactor, on epoll and on
// io_uring, always in virtual time, so none of them sleeps and none depends on how fast the machine is.
//
// Threads: the test's thread.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>  // IWYU pragma: export: for 3s
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>

// GoogleTest finds it by argument-dependent lookup; without it a backend would be printed as bytes.
namespace overlap::testing {
inline void PrintTo(backend which, std::ostream* output) { *output << name_of(which); }
}  // namespace overlap::testing

namespace overlap::asyncio {

using testing::wait_all_tasks_blocked;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;

class LoopTest : public ::testing::TestWithParam<testing::backend> {
 protected:
  void SetUp() override {
    if (GetParam() != testing::backend::io_uring) return;
    const std::string_view refusal = event_loop::io_uring_refusal();
    if (!refusal.empty()) GTEST_SKIP() << "no io_uring here: " << refusal;
  }

  /// Runs `main` (a callable that returns an awaitable, or an awaitable) and gives its result. What `main`
  /// borrows by reference only has to live until then.
  template <class Main>
  auto run_on_loop(Main&& main, std::source_location place = std::source_location::current()) {
    return testing::simulate(testing::simulation_options{.in_order = true, .on = GetParam()},
                             std::forward<Main>(main), place);
  }

  /// A protocol of what happened, in order: `EXPECT_THAT(log(), ElementsAre("first", "second"))`.
  void note(std::string what) { log_.push_back(std::move(what)); }
  [[nodiscard]] const std::vector<std::string>& log() const noexcept { return log_; }

 private:
  std::vector<std::string> log_;
};

/// Notes when it is destroyed: for tests about unwinding.
class noted_end {
 public:
  noted_end(std::vector<std::string>& log, std::string what) : log_(&log), what_(std::move(what)) {}
  noted_end(noted_end&& other) noexcept
      : log_(std::exchange(other.log_, nullptr)), what_(std::move(other.what_)) {}
  noted_end& operator=(noted_end&&) = delete;
  ~noted_end() {
    if (log_ != nullptr) log_->push_back(what_);
  }

 private:
  std::vector<std::string>* log_;
  std::string what_;
};

inline std::string backend_name(const ::testing::TestParamInfo<testing::backend>& info) {
  return testing::name_of(info.param);
}

inline auto all_backends() {
  return ::testing::Values(testing::backend::simulated, testing::backend::epoll, testing::backend::io_uring);
}

}  // namespace overlap::asyncio

/// Declares the suite `suite` (a class derived from LoopTest) on every backend. In namespace
/// overlap::asyncio, before its TEST_P.
#define OVERLAP_LOOP_SUITE(suite)   \
  class suite : public LoopTest {}; \
  INSTANTIATE_TEST_SUITE_P(on, suite, all_backends(), backend_name)
