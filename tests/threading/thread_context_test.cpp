// tests/threading/thread_context_test.cpp
//
// A thread sees the context variables of whoever starts it.

#include <gtest/gtest.h>

#include <string>

#include <overlap/base/context_var.hpp>
#include <overlap/threading.hpp>

namespace overlap::threading {
namespace {

const context_var<std::string> request("request", "none");

TEST(ThreadContext, IsTheOneOfTheStart) {
  std::string seen;
  thread worker([&] { seen = request.get(); });
  const auto set = request.scoped_set("7");
  worker.start();
  worker.join();
  EXPECT_EQ(seen, "7") << "of start(), not of the constructor";
}

TEST(ThreadContext, IsASnapshotForBothSides) {
  const auto set = request.scoped_set("outer");
  thread worker([] {
    const auto own = request.scoped_set("inner");
    EXPECT_EQ(request.get(), "inner");
  });
  worker.start();
  const auto later = request.scoped_set("changed");
  worker.join();
  EXPECT_EQ(request.get(), "changed");
}

}  // namespace
}  // namespace overlap::threading
