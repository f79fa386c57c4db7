// tests/asyncio/never_awaited_test.cpp
//
// Tasks that were made and forgotten are told of, with their place.

#include <overlap/base/hooks.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Collects the functions of the tasks that were never awaited.
class collector : public hooks {
 public:
  collector() : before_(set_hooks(this)) {}
  collector(const collector&) = delete;
  collector& operator=(const collector&) = delete;
  ~collector() override { set_hooks(before_); }

  void never_awaited(std::source_location place) noexcept override {
    functions.emplace_back(place.function_name());
    files.emplace_back(place.file_name());
  }

  std::vector<std::string> functions;
  std::vector<std::string> files;

 private:
  hooks* before_;
};

task<int> forgotten(int number) { co_return number; }

TEST(NeverAwaited, ATaskThatIsDroppedIsToldOfWithItsPlace) {
  const collector told;
  {
    const task<int> dropped = forgotten(1);
  }
  EXPECT_THAT(told.functions, ElementsAre(HasSubstr("forgotten")));
  EXPECT_THAT(told.files, ElementsAre(HasSubstr("never_awaited_test.cpp")));
}

TEST(NeverAwaited, OneThatWasAwaitedOrGivenAwayIsNot) {
  const collector told;
  run([]() -> task<> {
    co_await forgotten(1);
    co_await gather(forgotten(2), forgotten(3));
    co_await create_task(forgotten(4));
    co_await with(task_group(), [](task_group& group) -> task<> {
      group.create_task(forgotten(5));
      co_return;
    });
    EXPECT_EQ(co_await wait_for(forgotten(6), duration::infinite()), 6);
    EXPECT_EQ(co_await shield(forgotten(7)), 7);
  }());
  EXPECT_THAT(told.functions, IsEmpty());
}

TEST(NeverAwaited, ChildrenOfAGatherThatNobodyAwaitsAre) {
  const collector told;
  {
    const auto dropped = gather(forgotten(1), forgotten(2));
  }
  EXPECT_EQ(told.functions.size(), 2U);
}

TEST(NeverAwaited, AssigningOverOneDropsIt) {
  const collector told;
  task<int> kept = forgotten(1);
  kept = forgotten(2);
  EXPECT_EQ(told.functions.size(), 1U);
  EXPECT_EQ(run(std::move(kept)), 2);
  EXPECT_EQ(told.functions.size(), 1U);
}

}  // namespace
}  // namespace overlap::asyncio
