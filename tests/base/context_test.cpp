// tests/base/context_test.cpp
//
// Contexts: the assertions of CPython's test_context, in our words. Variables: context_var_test.cpp.

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <overlap/base/context.hpp>

namespace overlap {
namespace {

// Each test runs in a context of its own, so that none sees what another set.
class Context : public testing::Test {
 private:
  detail::context_storage storage_;
  detail::context_switch switch_{storage_};
};

static_assert(std::is_nothrow_copy_constructible_v<context>);

TEST_F(Context, RunsAFunctionWithItsArguments) {
  context ctx;
  EXPECT_EQ(ctx.run([](int a, const std::string& b) { return b + std::to_string(a); }, 1, "bar"), "bar1");
  EXPECT_EQ(*ctx.run([](std::unique_ptr<int> moved) { return moved; }, std::make_unique<int>(3)), 3);
  int target = 0;
  static_assert(std::is_same_v<decltype(ctx.run([&]() -> int& { return target; })), int&>);
  EXPECT_EQ(&ctx.run([&]() -> int& { return target; }), &target);
}

TEST_F(Context, PassesOnWhatTheFunctionThrows) {
  context ctx;
  const context_var<int> c("c");
  EXPECT_THROW(ctx.run([&] {
    c.set(1);
    throw std::runtime_error("function");
  }),
               std::runtime_error);
  EXPECT_EQ(c.peek(), nullptr);
  EXPECT_EQ(ctx.get(c), 1);                 // what was set before stays
  EXPECT_EQ(ctx.run([] { return 2; }), 2);  // and it may be entered again
}

TEST_F(Context, OneRunsInsideAnother) {
  context ctx1;
  context ctx2;
  const context_var<std::string> var("var");
  const context returned = ctx1.run([&] {
    EXPECT_EQ(var.peek(), nullptr);
    var.set("spam");
    ctx2.run([&] { EXPECT_EQ(var.peek(), nullptr); });
    EXPECT_EQ(var.get(), "spam");
    EXPECT_EQ(copy_context().size(), 1U);
    return copy_context();
  });
  EXPECT_TRUE(ctx1 == returned);
  EXPECT_EQ(returned.get(var), "spam");
  EXPECT_TRUE(returned.contains(var));
}

TEST_F(Context, SeesWhatIsSetInIt) {
  context ctx;
  const context_var<int> c("a", 0);
  ctx.run([&] {
    EXPECT_EQ(c.get(), 0);
    EXPECT_EQ(ctx.peek(c), nullptr);  // a default is not in it
    context_token<int> token = c.set(42);
    EXPECT_EQ(c.get(), 42);
    EXPECT_EQ(*ctx.peek(c), 42);
    c.reset(token);
    EXPECT_TRUE(ctx.empty());
  });
}

TEST_F(Context, IsEnteredOnceAtATime) {
  context ctx;
  ctx.run([&] {
    EXPECT_THROW(ctx.run([] {}), invalid_state_error);
    context copy = ctx.copy();
    EXPECT_EQ(copy.run([] { return 5; }), 5);
  });
  EXPECT_EQ(ctx.run([] { return 6; }), 6);
}

TEST_F(Context, ACopyIsASnapshot) {
  context ctx1;
  const context_var<int> c("c", 42);
  ctx1.run([&] {
    c.set(10);
    context ctx2 = ctx1.copy();
    EXPECT_EQ(ctx2.get(c), 10);
    c.set(20);
    EXPECT_EQ(ctx1.get(c), 20);
    EXPECT_EQ(ctx2.get(c), 10);
    ctx2.run([&] {
      EXPECT_EQ(c.get(), 10);
      c.set(30);
      EXPECT_EQ(c.get(), 30);
    });
    EXPECT_EQ(ctx1.get(c), 20);
    EXPECT_EQ(ctx2.get(c), 30);
  });
}

TEST_F(Context, WhatIsSetInACopyIsNotSeenOutside) {
  const context_var<std::vector<int>> c("c");
  c.set({});
  copy_context().run([&] {
    std::vector<int> longer = c.get();
    longer.push_back(42);
    c.set(longer);
    EXPECT_EQ(c.get(), (std::vector{42}));
  });
  EXPECT_EQ(c.get(), std::vector<int>());
}

TEST_F(Context, IsEqualByItsValues) {
  const context_var<std::string> a("a");
  const context_var<std::string> b("b");
  context left;
  context right;
  EXPECT_TRUE(left == right);
  left.run([&] { a.set("1"); });
  EXPECT_FALSE(left == right);
  right.run([&] { a.set("1"); });
  EXPECT_TRUE(left == right);
  right.run([&] { b.set("2"); });
  EXPECT_FALSE(left == right);

  struct opaque {};
  const context_var<opaque> c("c");
  context first;
  first.run([&] { c.set({}); });
  const context copy = first;
  EXPECT_TRUE(first == copy);
  first.run([&] { c.set({}); });
  EXPECT_FALSE(first == copy);
}

TEST_F(Context, StorageIsMadeCurrentByThePointer) {
  const context_var<int> c("c", 0);
  context ctx;
  detail::context_storage* before = std::exchange(detail::current_context, &detail::storage_of(ctx));
  c.set(9);
  detail::current_context = before;
  EXPECT_EQ(c.get(), 0);
  EXPECT_EQ(ctx.get(c), 9);
}

TEST(ContextDeathTest, NoticesAContextThatDiesWhileItRuns) {
  EXPECT_DEATH(
      {
        auto ctx = std::make_unique<context>();
        ctx->run([&] { ctx.reset(); });
      },
      "keep a context alive until its run");
  EXPECT_DEATH(
      {
        context ctx;
        ctx.run([&] { ctx = context(); });
      },
      "assign to a context when nothing runs in it");
}

}  // namespace
}  // namespace overlap
