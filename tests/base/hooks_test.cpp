// tests/base/hooks_test.cpp

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <type_traits>

#include <overlap/base/hooks.hpp>

namespace overlap {
namespace {

struct recorder : hooks {
  void step_begins(const task_view& task) noexcept override { log += "begins " + std::string(task.name); }
  std::string log;
};

static_assert(std::has_virtual_destructor_v<hooks>);

TEST(Hooks, NoneAreInstalledAtFirst) { EXPECT_EQ(detail::current_hooks, nullptr); }

TEST(Hooks, InstallingGivesBackThoseBefore) {
  recorder first, second;
  EXPECT_EQ(set_hooks(&first), nullptr);
  EXPECT_EQ(set_hooks(&second), &first);
  EXPECT_EQ(detail::current_hooks, &second);
  EXPECT_EQ(set_hooks(nullptr), &second);
  EXPECT_EQ(detail::current_hooks, nullptr);
}

TEST(Hooks, WhatIsNotOverriddenDoesNothing) {
  recorder installed;
  hooks& points = installed;
  const task_view task{7, "fetch", 3, std::source_location::current()};
  points.task_spawned(task);
  points.step_begins(task);
  points.step_ends(task);
  points.finished(task);
  points.never_awaited(task.place);
  points.about_to_wait(time_point::never());
  points.woke_up();
  EXPECT_EQ(installed.log, "begins fetch");
}

TEST(Hooks, BelongToTheirThread) {
  recorder here;
  set_hooks(&here);
  std::thread([] { EXPECT_EQ(detail::current_hooks, nullptr); }).join();
  EXPECT_EQ(set_hooks(nullptr), &here);
}

}  // namespace
}  // namespace overlap
