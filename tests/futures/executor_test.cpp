// tests/futures/executor_test.cpp
//
// The concept, any_executor and inline_executor.

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <overlap/futures.hpp>

namespace overlap::futures {
namespace {

static_assert(executor<thread_pool_executor>);
static_assert(executor<inline_executor>);
static_assert(executor<any_executor>);
static_assert(!executor<std::vector<int>>);

/// An executor of somebody else: it shares nothing with ours but the interface. `drops` loses the function.
class foreign_executor {
 public:
  explicit foreign_executor(bool drops = false) : drops_(drops) {}

  template <class Function, class... Arguments>
  auto submit(Function&& function, Arguments&&... arguments) {
    if (is_closed_) throw std::logic_error("closed");
    if (drops_) {
      auto lost = std::decay_t<Function>(std::forward<Function>(function));
      return future<decltype(lost(std::forward<Arguments>(arguments)...))>();
    }
    return inner_.submit(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
  }
  template <class Function, class Range>
  auto map(Function&& function, Range&& range) {
    return inner_.map(std::forward<Function>(function), std::forward<Range>(range));
  }
  void shutdown(shutdown_options options) {
    is_closed_ = true;
    inner_.shutdown(options);
  }

 private:
  thread_pool_executor inner_{1};
  bool drops_;
  bool is_closed_ = false;
};
static_assert(executor<foreign_executor>);

TEST(AnyExecutor, TheSameProgramRunsOnEveryExecutor) {
  std::vector<any_executor> all;
  all.emplace_back(thread_pool_executor(2));
  all.emplace_back(inline_executor());
  all.emplace_back(foreign_executor());
  for (any_executor& pool : all) {
    EXPECT_EQ(
        pool.submit([](std::unique_ptr<int> value) { return *value; }, std::make_unique<int>(4)).result(), 4);
    EXPECT_THROW(pool.submit([] { throw std::runtime_error("job"); }).result(), std::runtime_error);
    EXPECT_EQ(pool.map([](int value) { return value + 1; }, {1, 2, 3}).to_vector(),
              (std::vector<int>{2, 3, 4}));
    pool.shutdown();
    EXPECT_ANY_THROW(pool.submit([] {}));
  }
}

TEST(AnyExecutor, IsChosenAndReplacedAtRunTime) {
  any_executor pool = inline_executor();
  EXPECT_EQ(pool.submit([] { return std::this_thread::get_id(); }).result(), std::this_thread::get_id());
  pool = thread_pool_executor(1);
  EXPECT_NE(pool.submit([] { return std::this_thread::get_id(); }).result(), std::this_thread::get_id());
}

TEST(AnyExecutor, AJobThatAnotherExecutorDropsIsCancelled) {
  any_executor pool = foreign_executor(true);
  const auto lost = pool.submit([] { return 1; });
  EXPECT_THROW(lost.result(), cancelled_error);
}

TEST(InlineExecutor, RunsInSubmitAndKeepsTheExceptionInTheFuture) {
  inline_executor pool;
  bool ran = false;
  EXPECT_TRUE(pool.submit([&] { ran = true; }).done());
  EXPECT_TRUE(ran);
  const auto failed = pool.submit([] { throw std::runtime_error("inline"); });
  EXPECT_THROW(failed.result(), std::runtime_error);
  EXPECT_EQ(pool.submit([&] { return pool.submit([] { return 2; }).result(); }).result(), 2);
  pool.shutdown();
  EXPECT_THROW(pool.submit([] {}), invalid_state_error);
}

int plain(int value) { return value + 1; }

TEST(UniqueFunction, HoldsSmallLargeAndMoveOnlyThings) {
  using function = detail::unique_function<int(int)>;
  const auto check = [](function tested, int expected) {
    ASSERT_TRUE(static_cast<bool>(tested));
    EXPECT_EQ(tested(1), expected);
    function moved(std::move(tested));
    EXPECT_FALSE(static_cast<bool>(tested));  // NOLINT(bugprone-use-after-move): the rule under test
    EXPECT_EQ(moved(1), expected);
    tested = std::move(moved);
    EXPECT_EQ(tested(1), expected);
  };
  const std::string text(100, 'x');
  check(&plain, 2);
  check([](int value) { return value + 2; }, 3);
  check([owned = std::make_unique<int>(3)](int value) { return value + *owned; }, 4);
  check([text, more = text](int value) { return value + static_cast<int>(text.size() + more.size()); }, 201);
  check([alive = std::make_shared<int>(5),
         calls = 0](int value) mutable { return value + *alive - (calls = 0); },
        6);

  EXPECT_FALSE(static_cast<bool>(function()));
  EXPECT_FALSE(static_cast<bool>(function(nullptr)));
  EXPECT_FALSE(static_cast<bool>(function(static_cast<int (*)(int)>(nullptr))));
  detail::unique_function<void(std::string&)> ignores_result = [](std::string& given) {
    return given += "!";
  };
  std::string changed = "a";
  ignores_result(changed);
  EXPECT_EQ(changed, "a!");
}

TEST(UniqueFunction, FreesWhatItHolds) {
  auto held = std::make_shared<int>(1);
  {
    detail::unique_function<int()> function = [held] { return *held; };
    EXPECT_EQ(held.use_count(), 2);
    function = [held, text = std::string(50, 'x')] { return *held + static_cast<int>(text.size()); };
    EXPECT_EQ(held.use_count(), 2);
    EXPECT_EQ(function(), 51);
    function = nullptr;
    EXPECT_EQ(held.use_count(), 1);
  }
}

}  // namespace
}  // namespace overlap::futures
