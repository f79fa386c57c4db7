// tests/base/intrusive_list_test.cpp

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <type_traits>
#include <vector>

#include <overlap/base/intrusive_list.hpp>

namespace overlap {
namespace {

struct by_age;
struct by_name;

struct waiter : intrusive_link<>, intrusive_link<by_age> {
  explicit waiter(int number_ = 0) : number(number_) {}
  int number;
};

using waiters = intrusive_list<waiter>;

static_assert(!std::is_copy_constructible_v<waiters>);
static_assert(!std::is_copy_constructible_v<waiter>);

void leave(waiter& element) { static_cast<intrusive_link<>&>(element).unlink(); }
bool is_linked(const waiter& element) { return static_cast<const intrusive_link<>&>(element).is_linked(); }

std::vector<int> numbers(const waiters& list) {
  std::vector<int> result;
  for (const waiter* at = list.front(); at != nullptr; at = list.next(*at)) result.push_back(at->number);
  return result;
}

TEST(IntrusiveList, IsEmptyAtFirst) {
  waiters list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.front(), nullptr);
  EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(IntrusiveList, GivesElementsInOrderOfArrival) {
  waiters list;
  waiter first(1), second(2), third(3);
  list.push_back(first);
  list.push_back(second);
  list.push_front(third);
  EXPECT_EQ(numbers(list), (std::vector{3, 1, 2}));
  EXPECT_EQ(list.pop_front(), &third);
  EXPECT_EQ(list.pop_front(), &first);
  EXPECT_EQ(list.pop_front(), &second);
  EXPECT_TRUE(list.empty());
}

TEST(IntrusiveList, AnElementKnowsWhetherItIsInOne) {
  waiters list;
  waiter element;
  EXPECT_FALSE(is_linked(element));
  list.push_back(element);
  EXPECT_TRUE(is_linked(element));
  leave(element);
  EXPECT_FALSE(is_linked(element));
  EXPECT_TRUE(list.empty());
}

TEST(IntrusiveList, LeavesFromTheMiddleAndLeavingTwiceIsNothing) {
  waiters list;
  waiter first(1), second(2), third(3);
  list.push_back(first);
  list.push_back(second);
  list.push_back(third);
  leave(second);
  leave(second);
  EXPECT_EQ(numbers(list), (std::vector{1, 3}));
  EXPECT_EQ(list.next(first), &third);
  EXPECT_EQ(list.next(third), nullptr);
  leave(first);
  leave(third);
}

TEST(IntrusiveList, AnElementMayBeInSeveralByTag) {
  waiters arrivals;
  intrusive_list<waiter, by_age> ages;
  waiter young(1), old(2);
  arrivals.push_back(young);
  arrivals.push_back(old);
  ages.push_back(old);
  ages.push_back(young);
  EXPECT_EQ(ages.pop_front(), &old);
  EXPECT_EQ(arrivals.front(), &young);
  EXPECT_EQ(numbers(arrivals), (std::vector{1, 2}));
  EXPECT_EQ(ages.pop_front(), &young);
  while (arrivals.pop_front() != nullptr) continue;
}

// Random steps against a deque of the same elements.
TEST(IntrusiveList, DoesWhatADequeDoes) {
  std::mt19937 random(20);
  waiters list;
  std::deque<waiter*> model;
  std::vector<std::unique_ptr<waiter>> elements;
  for (int i = 0; i < 50; ++i) elements.push_back(std::make_unique<waiter>(i));

  for (int step = 0; step < 20'000; ++step) {
    waiter& element = *elements[random() % elements.size()];
    const bool is_in = std::find(model.begin(), model.end(), &element) != model.end();
    ASSERT_EQ(is_linked(element), is_in);
    switch (random() % 4) {
      case 0:
        if (is_in) break;
        list.push_back(element);
        model.push_back(&element);
        break;
      case 1:
        if (is_in) break;
        list.push_front(element);
        model.push_front(&element);
        break;
      case 2:
        leave(element);
        std::erase(model, &element);
        break;
      default:
        ASSERT_EQ(list.pop_front(), model.empty() ? nullptr : model.front());
        if (!model.empty()) model.pop_front();
        break;
    }
    ASSERT_EQ(list.empty(), model.empty());
    if (step % 100 == 0) {
      std::vector<int> expected;
      for (const waiter* each : model) expected.push_back(each->number);
      ASSERT_EQ(numbers(list), expected);
    }
  }
  while (list.pop_front() != nullptr) continue;
}

TEST(IntrusiveListDeathTest, NoticesAnElementThatJoinsTwice) {
  EXPECT_DEATH(
      {
        waiters list;
        waiter element;
        list.push_back(element);
        list.push_back(element);
      },
      "unlink an element before it joins another list");
}

TEST(IntrusiveListDeathTest, NoticesAnElementThatDiesInAList) {
  EXPECT_DEATH(
      {
        waiters list;
        waiter element;
        list.push_back(element);
      },
      "unlink an element before it is destroyed");
}

TEST(IntrusiveListDeathTest, NoticesAListThatDiesWithElements) {
  EXPECT_DEATH(
      {
        waiter element;
        waiters list;
        list.push_back(element);
      },
      "empty a list before it is destroyed");
}

}  // namespace
}  // namespace overlap
