// tests/base/context_var_test.cpp
//
// Variables and tokens: the assertions of CPython's test_context, in our words.

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
class ContextVar : public testing::Test {
 private:
  detail::context_storage storage_;
  detail::context_switch switch_{storage_};
};

std::string error_of(const error& caught) { return caught.what(); }

template <class Error, class Function>
std::string thrown_text(Function function) {
  try {
    function();
  } catch (const Error& caught) {
    return error_of(caught);
  }
  return "nothing was thrown";
}

static_assert(!std::is_copy_constructible_v<context_var<int>>);
static_assert(!std::is_copy_constructible_v<context_token<int>>);
static_assert(std::is_nothrow_move_constructible_v<context_token<int>>);
static_assert(!std::is_move_constructible_v<scoped_context_value<int>>);
static_assert(std::is_same_v<decltype(std::declval<context_var<std::string>>().get()), std::string>);
static_assert(std::is_same_v<decltype(std::declval<context_var<std::unique_ptr<int>>>().get()),
                             const std::unique_ptr<int>&>);

TEST_F(ContextVar, HasItsName) { EXPECT_EQ(context_var<int>("aaa").name(), "aaa"); }

TEST_F(ContextVar, WithoutAValueThrows) {
  const context_var<int> c("c");
  EXPECT_EQ(thrown_text<lookup_error>([&] { static_cast<void>(c.get()); }),
            "context variable 'c' has no value here; set() it, or give it a default");
  EXPECT_EQ(c.peek(), nullptr);
  EXPECT_EQ(c.get(-1), -1);
}

TEST_F(ContextVar, HasItsDefaultWhereItWasNotSet) {
  const context_var<std::string> c("c", "anonymous");
  EXPECT_EQ(c.get(), "anonymous");
  EXPECT_EQ(*c.peek(), "anonymous");
  EXPECT_EQ(c.get("fallback"), "fallback");
  c.set("somebody");
  EXPECT_EQ(c.get(), "somebody");
  EXPECT_EQ(c.get("fallback"), "somebody");
}

TEST_F(ContextVar, IsSetAndReset) {
  const context_var<std::string> c("c");
  context_token<std::string> first = c.set("42");
  EXPECT_EQ(c.get(), "42");
  EXPECT_EQ(first.old_value(), nullptr);
  EXPECT_EQ(&first.var(), &c);

  context_token<std::string> second = c.set("spam");
  EXPECT_EQ(c.get(), "spam");
  ASSERT_NE(second.old_value(), nullptr);
  EXPECT_EQ(*second.old_value(), "42");
  c.reset(second);
  EXPECT_EQ(c.get(), "42");
  EXPECT_EQ(*second.old_value(), "42");

  c.set("spam2");
  EXPECT_THROW(c.reset(second), invalid_state_error);
  EXPECT_EQ(c.get(), "spam2");

  const context before = copy_context();
  EXPECT_TRUE(before.contains(c));
  c.reset(first);
  EXPECT_EQ(thrown_text<invalid_state_error>([&] { c.reset(first); }),
            "context variable 'c': the token has already been used once");
  EXPECT_EQ(c.get("nothing"), "nothing");

  EXPECT_TRUE(before.contains(c));
  EXPECT_EQ(before.get(c), "spam2");
  EXPECT_EQ(before.get(c, "aa"), "spam2");
  EXPECT_EQ(before.size(), 1U);

  const context after = copy_context();
  EXPECT_FALSE(after.contains(c));
  EXPECT_THROW(static_cast<void>(after.get(c)), lookup_error);
  EXPECT_EQ(after.get(c, "aa"), "aa");
  EXPECT_EQ(after.size(), 0U);
}

TEST_F(ContextVar, RefusesATokenOfAnotherVariable) {
  const context_var<int> v1("v1");
  const context_var<int> v2("v2");
  context_token<int> token = v1.set(42);
  EXPECT_NE(thrown_text<invalid_value_error>([&] { v2.reset(token); }).find("another variable"),
            std::string::npos);
  v1.reset(token);  // still good
  EXPECT_EQ(v1.peek(), nullptr);
}

TEST_F(ContextVar, RefusesATokenOfAnotherContext) {
  const context_var<int> c("c", 42);
  context ctx;
  context_token<int> token = ctx.run([&] { return c.set(1); });
  EXPECT_NE(thrown_text<invalid_value_error>([&] { c.reset(token); }).find("another context"),
            std::string::npos);
  c.set(5);
  EXPECT_THROW(c.reset(token), invalid_value_error);
  ctx.run([&] { c.reset(token); });
  EXPECT_FALSE(ctx.contains(c));
}

// A context that came to be at the address of one that is gone is another one.
TEST_F(ContextVar, RefusesATokenOfAContextThatIsGone) {
  const context_var<int> c("c");
  alignas(context) std::byte memory[sizeof(context)];
  auto* ctx = new (memory) context();
  context_token<int> token = ctx->run([&] { return c.set(1); });
  ctx->~context();
  ctx = new (memory) context();
  EXPECT_THROW(ctx->run([&] { c.reset(token); }), invalid_value_error);
  ctx->run([&] {
    c.set(2);
    EXPECT_THROW(c.reset(token), invalid_value_error);
  });
  ctx->~context();
}

TEST_F(ContextVar, RefusesATokenThatWasMovedFrom) {
  const context_var<int> c("c");
  context_token<int> token = c.set(1);
  context_token<int> moved = std::move(token);
  EXPECT_THROW(c.reset(token), invalid_state_error);  // NOLINT(bugprone-use-after-move): that is the question
  c.reset(std::move(moved));
  EXPECT_EQ(c.peek(), nullptr);
}

TEST_F(ContextVar, DroppingATokenChangesNothing) {
  const context_var<int> c("c");
  {
    const context_token<int> token = c.set(1);
  }
  EXPECT_EQ(c.get(), 1);
}

TEST_F(ContextVar, IsScopedToABlock) {
  const context_var<std::string> c("c");
  {
    const auto outer = c.scoped_set("outer");
    {
      const auto inner = c.scoped_set("inner");
      EXPECT_EQ(c.get(), "inner");
    }
    EXPECT_EQ(c.get(), "outer");
  }
  EXPECT_EQ(c.peek(), nullptr);
}

TEST_F(ContextVar, IsPutBackWhenABlockThrows) {
  const context_var<int> c("c", 0);
  EXPECT_THROW(
      {
        const auto scope = c.scoped_set(1);
        throw std::runtime_error("body");
      },
      std::runtime_error);
  EXPECT_EQ(c.get(), 0);
}

TEST_F(ContextVar, ABlockThatIsLeftInAnotherContextChangesNothingThere) {
  const context_var<int> c("c", 0);
  c.set(7);
  context ctx;
  alignas(scoped_context_value<int>) std::byte memory[sizeof(scoped_context_value<int>)];
  scoped_context_value<int>* scope = nullptr;
  ctx.run([&] { scope = new (memory) scoped_context_value<int>(c.scoped_set(1)); });
  scope->~scoped_context_value();
  EXPECT_EQ(c.get(), 7);
  EXPECT_EQ(ctx.get(c), 1);
}

TEST_F(ContextVar, HoldsWhatCanOnlyBeMoved) {
  const context_var<std::unique_ptr<int>> c("c");
  c.set(std::make_unique<int>(7));
  EXPECT_EQ(*c.get(), 7);
  const context_var<std::unique_ptr<int>> with_default("d", std::make_unique<int>(8));
  EXPECT_EQ(**with_default.peek(), 8);
  const context snapshot = copy_context();
  c.set(nullptr);
  EXPECT_EQ(*snapshot.get(c), 7);
}

TEST_F(ContextVar, AValueOutlivesItsVariable) {
  context snapshot;
  int deaths = 0;
  struct counted {
    explicit counted(int& deaths_) : deaths(&deaths_) {}
    counted(counted&& other) noexcept : deaths(std::exchange(other.deaths, nullptr)) {}
    counted& operator=(counted&&) = delete;
    ~counted() {
      if (deaths != nullptr) ++*deaths;
    }
    int* deaths;
  };
  {
    const context_var<counted> c("c");
    snapshot.run([&] { c.set(counted(deaths)); });
  }
  EXPECT_EQ(snapshot.size(), 1U);
  EXPECT_EQ(deaths, 0);
  const context_var<counted> other("other");  // gets no number that is in use
  EXPECT_FALSE(snapshot.contains(other));
  snapshot = context();
  EXPECT_EQ(deaths, 1);
}

// A value that is set while the old one is destroyed must not be lost, nor end in a loop.
TEST_F(ContextVar, MayBeSetWhileAValueDies) {
  static const context_var<int> deaths("deaths", 0);
  struct noisy {
    noisy() = default;
    noisy(noisy&& other) noexcept : is_alive(std::exchange(other.is_alive, false)) {}
    noisy& operator=(noisy&&) = delete;
    ~noisy() {
      if (is_alive) deaths.set(deaths.get() + 1);
    }
    bool is_alive = true;
  };
  const context_var<noisy> c("c");
  c.set(noisy());
  c.set(noisy());
  EXPECT_EQ(deaths.get(), 1);
  EXPECT_NE(c.peek(), nullptr);
}

TEST_F(ContextVar, ThereMayBeManyOfThem) {
  std::vector<std::unique_ptr<context_var<int>>> variables;
  for (int i = 0; i < 300; ++i) {
    variables.push_back(std::make_unique<context_var<int>>("v" + std::to_string(i)));
    variables.back()->set(i);
  }
  for (int i = 0; i < 300; ++i) ASSERT_EQ(variables[static_cast<std::size_t>(i)]->get(), i);
  EXPECT_EQ(copy_context().size(), 300U);
}

}  // namespace
}  // namespace overlap
