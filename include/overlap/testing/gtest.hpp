// include/overlap/testing/gtest.hpp
//
// GoogleTest tests whose body is a task that runs under many schedules. Optional: the library does not link
// GoogleTest, so this header is not behind the module's door.
//
// Threads: as GoogleTest; the body is a task of a simulation.
#pragma once

#if !__has_include(<gtest/gtest.h>)
#  error "<overlap/testing/gtest.hpp> needs GoogleTest: install libgtest-dev, and link GTest::gtest"
#endif

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <source_location>
#include <string>

#include <overlap/asyncio/task.hpp>
#include <overlap/testing/explore.hpp>
#include <overlap/testing/failed_expectations.hpp>

namespace overlap::testing::detail {

inline const ::testing::TestPartResultArray* expectations_of_schedule = nullptr;

/// How many expectations of the schedule that runs, or else of the present test, have failed.
inline int failed_expectation_count() {
  int failed = 0;
  if (const ::testing::TestPartResultArray* of_schedule = expectations_of_schedule) {
    for (int i = 0; i < of_schedule->size(); ++i)
      failed += of_schedule->GetTestPartResult(i).failed() ? 1 : 0;
  } else if (const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info()) {
    const ::testing::TestResult* of_test = test->result();
    for (int i = 0; i < of_test->total_part_count(); ++i)
      failed += of_test->GetTestPartResult(i).failed() ? 1 : 0;
  }
  return failed;
}

/// Makes a Case for each schedule. What its expectations say is kept back until it is known which schedule is
/// to be shown.
template <class Case>
class gtest_body final : public schedule_body {
  using reporter = ::testing::ScopedFakeTestPartResultReporter;

 public:
  ~gtest_body() { expectations_of_schedule = nullptr; }  // also after a Ctrl-C in the middle of a schedule

  asyncio::task<> start() override {
    results_.emplace();
    expectations_of_schedule = &*results_;
    others_kept_back_.emplace(reporter::INTERCEPT_ALL_THREADS, &*results_);
    kept_back_.emplace(reporter::INTERCEPT_ONLY_CURRENT_THREAD, &*results_);
    case_.emplace();
    case_->SetUp();
    return failed_expectation_count() == 0 ? case_->body() : nothing();
  }

  void ended(std::exception_ptr& failure) override {
    try {
      if (case_) case_->TearDown();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
    case_.reset();
    kept_back_.reset();
    others_kept_back_.reset();
    expectations_of_schedule = nullptr;
    if (failure) return;
    for (int i = 0; i < results_->size(); ++i) {
      const ::testing::TestPartResult& result = results_->GetTestPartResult(i);
      if (!result.failed()) continue;
      const std::string place = place_of(result);
      failure = std::make_exception_ptr(failed_expectations("the expectation at " + place, place));
      return;
    }
  }

  /// What the expectations of the last schedule said.
  void tell() const {
    for (int i = 0; i < results_->size(); ++i) {
      const ::testing::TestPartResult& result = results_->GetTestPartResult(i);
      if (result.failed())
        ADD_FAILURE_AT(result.file_name() != nullptr ? result.file_name() : "?", result.line_number())
            << result.message();
    }
  }

 private:
  static asyncio::task<> nothing() { co_return; }

  static std::string place_of(const ::testing::TestPartResult& result) {
    std::string place = result.file_name() != nullptr ? result.file_name() : "?";
    return place.append(":").append(std::to_string(result.line_number()));
  }

  std::optional<::testing::TestPartResultArray> results_;
  // For all threads is for those that nobody has given a reporter of their own: this one may have one.
  std::optional<reporter> others_kept_back_;
  std::optional<reporter> kept_back_;
  std::optional<Case> case_;
};

template <class Case>
void run_schedules(exploration_options options,
                   std::source_location place = std::source_location::current()) {
  const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string filter = std::string("--gtest_filter=") + test->test_suite_name() + "." + test->name();
  if (options.arguments.empty()) options.arguments = filter;
  gtest_body<Case> body;
  const exploration_report report = explore_body(options, body, place);
  ::testing::Test::RecordProperty("schedules", std::to_string(report.schedules));
  if (!report.failed()) return;
  body.tell();
  ADD_FAILURE_AT(place.file_name(), static_cast<int>(place.line())) << report.note().view();
}

}  // namespace overlap::testing::detail

/// A test whose body is a coroutine, a task<>, that runs once for each schedule of testing::explore. Options
/// may follow, as in exploration_options:
///
///   namespace simulated = overlap::testing;  // GoogleTest has a namespace testing, too
///   OVERLAP_SIMULATED_TEST(Account, IsNeverOverdrawn) {
///     account shared;
///     co_await gather(shared.withdraw(100), shared.withdraw(100));
///     EXPECT_GE(shared.balance(), 0);
///   }
///   OVERLAP_SIMULATED_TEST(Account, IsNeverOverdrawnAtAll, .by = simulated::strategy::exhaustive) { … }
///
/// A schedule fails by an expectation, an error or a deadlock. The test then shows one failing schedule, made
/// as small as possible, with its seed, its choices and the line that repeats it.
///
/// ASSERT_… cannot stand in a coroutine, because it returns: write OVERLAP_CO_ASSERT(EXPECT_…). SCOPED_TRACE
/// belongs to the thread: do not hold one over a co_await.
#define OVERLAP_SIMULATED_TEST(suite, test_name, ...)                          \
  class suite##_##test_name##_Schedule final : public ::testing::Test {        \
   public:                                                                     \
    using ::testing::Test::SetUp;                                              \
    using ::testing::Test::TearDown;                                           \
    void TestBody() override {}                                                \
    ::overlap::asyncio::task<> body();                                         \
  };                                                                           \
  TEST(suite, test_name) {                                                     \
    ::overlap::testing::detail::run_schedules<suite##_##test_name##_Schedule>( \
        ::overlap::testing::exploration_options{__VA_ARGS__});                 \
  }                                                                            \
  ::overlap::asyncio::task<> suite##_##test_name##_Schedule::body()

/// The same with a fixture. Each schedule has a fixture of its own, made, set up and torn down outside of the
/// loop, so nothing is shared by accident; the test itself has one more, which may skip.
#define OVERLAP_SIMULATED_TEST_F(fixture, test_name, ...)                        \
  class fixture##_##test_name##_Schedule final : public fixture {                \
   public:                                                                       \
    using fixture::SetUp;                                                        \
    using fixture::TearDown;                                                     \
    void TestBody() override {}                                                  \
    ::overlap::asyncio::task<> body();                                           \
  };                                                                             \
  TEST_F(fixture, test_name) {                                                   \
    ::overlap::testing::detail::run_schedules<fixture##_##test_name##_Schedule>( \
        ::overlap::testing::exploration_options{__VA_ARGS__});                   \
  }                                                                              \
  ::overlap::asyncio::task<> fixture##_##test_name##_Schedule::body()

/// In the body of a simulated test, or in any task<>: ends the coroutine if the expectation fails.
///
///   OVERLAP_CO_ASSERT(EXPECT_TRUE(reply.has_value()));
#define OVERLAP_CO_ASSERT(expectation)                                                              \
  do {                                                                                              \
    const int overlap_failed_before = ::overlap::testing::detail::failed_expectation_count();       \
    expectation;                                                                                    \
    if (::overlap::testing::detail::failed_expectation_count() != overlap_failed_before) co_return; \
  } while (false)
