// tests/asyncio/semaphore_model_test.cpp
//
// The semaphore against a plain model, over all histories of a few steps: a client comes for a permit, is
// cancelled, the oldest holder gives back, or everybody has his turn. Whatever happens between two turns
// happens at once, so every race between a grant and a cancellation is among the histories.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>

namespace overlap::asyncio {
namespace {

constexpr std::size_t clients = 3;

// 0-2: that client comes; 3-5: it is cancelled; 6: the oldest holder gives back; 7: all have their turn.
constexpr unsigned steps = 8;
constexpr unsigned give_back = 6;
constexpr unsigned turn = 7;

// What a semaphore is, by a counter and a queue.
class model {
 public:
  explicit model(std::size_t permits) : free_(permits) {}

  void apply(unsigned step) {
    if (step == turn) {
      take_turn();
    } else if (step == give_back) {
      if (holding_.empty()) return;
      holding_.pop_front();
      pass_on();
    } else if (step < clients) {
      come(step);
    } else {
      cancel(step - clients);
    }
  }

  [[nodiscard]] std::string state() const {
    return std::to_string(free_) + " free, " + std::to_string(waiting_.size()) + " waiting, served" + served_;
  }
  [[nodiscard]] bool somebody_holds() const { return !holding_.empty(); }

 private:
  enum class at { away, arriving, cancelled_arriving, waiting, granted, holding };

  void come(std::size_t who) {
    if (where_[who] != at::away) return;
    where_[who] = at::arriving;
    arriving_.push_back(who);
  }

  void cancel(std::size_t who) {
    if (where_[who] == at::arriving) where_[who] = at::cancelled_arriving;
    if (where_[who] == at::waiting) {
      std::erase(waiting_, who);
      where_[who] = at::away;
      left_in_this_turn_.push_back(who);
    }
  }

  void take_turn() {
    left_in_this_turn_.clear();
    for (const std::size_t who : granted_) hold(who);
    granted_.clear();
    for (const std::size_t who : arriving_) {
      if (where_[who] == at::cancelled_arriving) {
        where_[who] = at::away;
      } else if (free_ > 0) {
        --free_;
        hold(who);
      } else {
        where_[who] = at::waiting;
        waiting_.push_back(who);
      }
    }
    arriving_.clear();
  }

  void hold(std::size_t who) {
    where_[who] = at::holding;
    holding_.push_back(who);
    served_ += ' ' + std::to_string(who);
  }

  void pass_on() {
    if (waiting_.empty()) {
      ++free_;
    } else {
      granted_.push_back(waiting_.front());
      where_[waiting_.front()] = at::granted;
      waiting_.pop_front();
    }
  }

 public:
  // A client that was cancelled is away when its task has ended, not before.
  [[nodiscard]] bool may_come(std::size_t who) const {
    return where_[who] == at::away &&
           std::count(left_in_this_turn_.begin(), left_in_this_turn_.end(), who) == 0;
  }

 private:
  std::size_t free_;
  std::array<at, clients> where_{};
  std::deque<std::size_t> waiting_;
  std::deque<std::size_t> holding_;
  std::vector<std::size_t> arriving_;
  std::vector<std::size_t> granted_;
  std::vector<std::size_t> left_in_this_turn_;
  std::string served_;
};

// The real one. A client is a task that ends when it has its permit, and leaves it with the holders.
class reality {
 public:
  explicit reality(std::size_t permits) : permits_(static_cast<std::ptrdiff_t>(permits)) {}

  task<> apply(unsigned step) {
    if (step == turn) {
      co_await testing::wait_all_tasks_blocked();
    } else if (step == give_back) {
      if (!holding_.empty()) holding_.pop_front();
    } else if (step < clients) {
      running_[step] = create_task([this, step]() -> task<> {
        holding_.push_back(co_await permits_.acquire());
        served_ += ' ' + std::to_string(step);
      });
    } else if (auto& client = running_[step - clients]) {
      client->cancel();
    }
  }

  [[nodiscard]] std::string state() const {
    const auto now = permits_.statistics();
    return std::to_string(now.permits_free) + " free, " + std::to_string(now.tasks_waiting) +
           " waiting, served" + served_;
  }

 private:
  semaphore permits_;
  std::deque<semaphore::permit> holding_;
  std::array<std::optional<task_handle<>>, clients> running_;
  std::string served_;
};

std::string text_of(const std::vector<unsigned>& history) {
  static constexpr std::array<const char*, steps> names = {"0 comes",  "1 comes",  "2 comes",   "cancel 0",
                                                           "cancel 1", "cancel 2", "give back", "turn"};
  std::string text;
  for (const unsigned step : history) text.append(names.at(step)).append("; ");
  return text;
}

// Plays one history on both sides, then gives everything back. The text of the first difference, or nothing.
task<std::string> difference_in(std::size_t permits, std::vector<unsigned> history) {
  model expected(permits);
  reality actual(permits);
  std::string difference;
  const auto play = [&](unsigned step) -> task<> {
    if (step < clients && !expected.may_come(step)) co_return;
    expected.apply(step);
    co_await actual.apply(step);
    if (step != turn || expected.state() == actual.state() || !difference.empty()) co_return;
    difference = text_of(history) + "expected: " + expected.state() + "; got: " + actual.state();
  };

  for (const unsigned step : history) co_await play(step);
  co_await play(turn);
  while (expected.somebody_holds()) {
    co_await play(give_back);
    co_await play(turn);
  }
  co_return difference;
}

TEST(SemaphoreModel, AgreesOverAllHistoriesOfSixSteps) {
  constexpr std::size_t length = 6;
  for (const std::size_t permits : {1U, 2U}) {
    testing::simulate(testing::simulation_options{.in_order = true}, [&]() -> task<> {
      unsigned count = steps;
      for (std::size_t i = 2; i < length; ++i) count *= steps;
      for (unsigned number = 0; number < count; ++number) {
        std::vector<unsigned> history{0};  // by symmetry the first to come is client 0
        for (unsigned rest = number; history.size() < length; rest /= steps) history.push_back(rest % steps);
        const std::string difference = co_await difference_in(permits, std::move(history));
        EXPECT_EQ(difference, "");
        if (!difference.empty()) co_return;
      }
    });
  }
}

}  // namespace
}  // namespace overlap::asyncio
