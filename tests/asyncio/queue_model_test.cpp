// tests/asyncio/queue_model_test.cpp
//
// Queues and channels against a plain model, over random histories: tasks come to put and to get, are
// cancelled, somebody takes or puts without waiting, the end comes, or everybody has his turn. What happens
// between two turns happens at once, so every race of a hand-over with a cancellation is among them.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/testing.hpp>

namespace overlap::asyncio {
namespace {

constexpr std::size_t putters = 3;
constexpr std::size_t clients = 6;  // the others are getters

// 0-5: that client comes; 6-11: it is cancelled; then:
constexpr unsigned try_put = 12;
constexpr unsigned try_get = 13;
constexpr unsigned end = 14;
constexpr unsigned turn = 15;

/// What became of everything, as far as anybody can see it.
struct outcome_text {
  std::array<std::string, clients> of_client;
  std::string of_nowait;

  [[nodiscard]] std::string text() const {
    std::string all = "nowait:" + of_nowait;
    for (const std::string& each : of_client) all += " |" + each;
    return all;
  }
};

class model {
 public:
  explicit model(std::size_t capacity) : capacity_(capacity) {}

  [[nodiscard]] bool may_come(std::size_t who) const { return where_[who] == at::away; }

  void apply(unsigned step, int item) {
    if (step == turn) {
      take_turn();
    } else if (step == try_put) {
      seen_.of_nowait += !over_ && give(item) ? " in" : " full";
    } else if (step == try_get) {
      const std::optional<int> taken = take();
      seen_.of_nowait += taken ? " " + std::to_string(*taken) : " none";
    } else if (step == end) {
      finish();
    } else if (step < clients) {
      where_[step] = at::arriving;
      arriving_.emplace_back(step, item);
    } else {
      cancel(step - clients);
    }
  }

  [[nodiscard]] std::string state() const {
    return std::to_string(stored_.size()) + " stored, " + std::to_string(giving_.size()) + " giving, " +
           std::to_string(taking_.size()) + " taking; " + seen_.text();
  }

 private:
  enum class at { away, arriving, cancelled_arriving, waiting, leaving };

  bool give(int item) {
    if (!taking_.empty()) {
      deliver(taking_.front(), item);
      taking_.pop_front();
    } else if (stored_.size() < capacity_) {
      stored_.push_back(item);
    } else {
      return false;
    }
    return true;
  }

  std::optional<int> take() {
    std::optional<int> taken;
    if (!stored_.empty()) {
      taken = stored_.front();
      stored_.pop_front();
    }
    if (!giving_.empty()) {
      const auto [who, item] = giving_.front();
      giving_.pop_front();
      accepted(who);
      if (taken) {
        stored_.push_back(item);
      } else {
        taken = item;
      }
    }
    return taken;
  }

  void deliver(std::size_t who, int item) { leave(who, " " + std::to_string(item)); }
  void accepted(std::size_t who) { leave(who, " put"); }
  void leave(std::size_t who, const std::string& how) {
    seen_.of_client[who] += how;
    where_[who] = at::leaving;
  }

  void finish() {
    over_ = true;
    for (const auto& [who, item] : giving_) leave(who, " refused");
    for (const std::size_t who : taking_) leave(who, " end");
    giving_.clear();
    taking_.clear();
  }

  void cancel(std::size_t who) {
    if (where_[who] == at::arriving) where_[who] = at::cancelled_arriving;
    if (where_[who] != at::waiting) return;
    std::erase(taking_, who);
    std::erase_if(giving_, [&](const auto& each) { return each.first == who; });
    where_[who] = at::leaving;
  }

  void take_turn() {
    for (const auto& [who, item] : arriving_) {
      if (where_[who] == at::cancelled_arriving) {
        where_[who] = at::leaving;
        continue;
      }
      where_[who] = at::waiting;
      if (who < putters) {
        if (over_) {
          leave(who, " refused");
        } else if (give(item)) {
          accepted(who);
        } else {
          giving_.emplace_back(who, item);
        }
      } else if (const std::optional<int> taken = take()) {
        deliver(who, *taken);
      } else if (over_) {
        leave(who, " end");
      } else {
        taking_.push_back(who);
      }
    }
    arriving_.clear();
    for (at& each : where_)
      if (each == at::leaving) each = at::away;
  }

  std::size_t capacity_;
  bool over_ = false;
  std::deque<int> stored_;
  std::deque<std::pair<std::size_t, int>> giving_;
  std::deque<std::size_t> taking_;
  std::vector<std::pair<std::size_t, int>> arriving_;
  std::array<at, clients> where_{};
  outcome_text seen_;
};

/// The same words for a queue and for a channel.
struct real_queue {
  explicit real_queue(std::size_t capacity) : items(capacity) {}
  auto give(int item) { return items.put(item); }
  auto take() { return items.next(); }
  bool try_give(int item) { return items.try_put(item); }
  std::optional<int> try_take() { return items.try_get(); }
  void finish() { items.shutdown(); }
  [[nodiscard]] std::string counts() const {
    const queue_statistics now = items.statistics();
    return std::to_string(now.items) + " stored, " + std::to_string(now.tasks_putting) + " giving, " +
           std::to_string(now.tasks_getting) + " taking; ";
  }
  queue<int> items;
};

struct real_channel {
  explicit real_channel(std::size_t capacity) : ends(open_channel<int>(capacity)) {}
  auto give(int item) { return ends.sender.send(item); }
  auto take() { return ends.receiver.next(); }
  bool try_give(int item) { return ends.sender.try_send(item); }
  std::optional<int> try_take() { return ends.receiver.try_receive(); }
  void finish() { ends.sender.close(); }
  [[nodiscard]] std::string counts() const {
    const channel_statistics now = ends.receiver.statistics();
    return std::to_string(now.items) + " stored, " + std::to_string(now.tasks_sending) + " giving, " +
           std::to_string(now.tasks_receiving) + " taking; ";
  }
  channel<int> ends;
};

template <class Real>
class reality {
 public:
  explicit reality(std::size_t capacity) : real_(capacity) {}

  task<> apply(unsigned step, int item) {
    if (step == turn) {
      co_await testing::wait_all_tasks_blocked();
    } else if (step == try_put) {
      seen_.of_nowait += real_.try_give(item) ? " in" : " full";
    } else if (step == try_get) {
      const std::optional<int> taken = real_.try_take();
      seen_.of_nowait += taken ? " " + std::to_string(*taken) : " none";
    } else if (step == end) {
      real_.finish();
    } else if (step < putters) {
      running_[step] = create_task([this, step, item]() -> task<> { co_await put(step, item); });
    } else if (step < clients) {
      running_[step] = create_task([this, step]() -> task<> {
        const std::optional<int> taken = co_await real_.take();
        seen_.of_client[step] += taken ? " " + std::to_string(*taken) : " end";
      });
    } else if (auto& client = running_[step - clients]) {
      client->cancel();
    }
  }

  [[nodiscard]] std::string state() const { return real_.counts() + seen_.text(); }

 private:
  task<> put(std::size_t who, int item) {
    bool refused = false;
    try {
      co_await real_.give(item);
    } catch (const queue_shut_down&) {
      refused = true;
    } catch (const closed_channel&) {
      refused = true;
    }
    seen_.of_client[who] += refused ? " refused" : " put";
  }

  Real real_;
  std::array<std::optional<task_handle<>>, clients> running_;
  outcome_text seen_;
};

/// Plays a history of `length` steps on both sides, then ends all. The text of the first difference, or
/// nothing.
template <class Real>
task<std::string> difference_in(std::size_t capacity, unsigned seed, int length) {
  std::mt19937 random(seed);
  model expected(capacity);
  reality<Real> actual(capacity);
  std::string history;
  int items = 0;
  const auto play = [&](unsigned step) -> task<bool> {
    if (step < clients && !expected.may_come(step)) co_return true;
    history += std::to_string(step) + ' ';
    const int item = ++items;
    expected.apply(step, item);
    co_await actual.apply(step, item);
    co_return step != turn || expected.state() == actual.state();
  };

  for (int i = 0; i < length; ++i) {
    unsigned step = static_cast<unsigned>(random() % 20);
    if (step > turn) step = turn;                                      // turns come often,
    if (step == end && random() % 20 != 0) step = random() % clients;  // the end seldom
    if (!co_await play(step))
      co_return "after " + history + "expected: " + expected.state() + "; got: " + actual.state();
  }
  for (const unsigned step : {end, turn, turn})
    if (!co_await play(step))
      co_return "at the end of " + history + "expected: " + expected.state() + "; got: " + actual.state();
  co_return std::string();
}

template <class Real>
void compare(std::size_t capacity) {
  testing::simulate(testing::simulation_options{.in_order = true}, [&]() -> task<> {
    for (unsigned seed = 1; seed <= 1500; ++seed) {
      const std::string difference = co_await difference_in<Real>(capacity, seed, 60);
      EXPECT_EQ(difference, "") << "seed " << seed;
      if (!difference.empty()) co_return;
    }
  });
}

TEST(QueueModel, AQueueOfOnePlaceAgrees) { compare<real_queue>(1); }
TEST(QueueModel, AQueueOfTwoPlacesAgrees) { compare<real_queue>(2); }
TEST(QueueModel, AnEndlessQueueAgrees) { compare<real_queue>(1000); }
TEST(QueueModel, AChannelWithoutCapacityAgrees) { compare<real_channel>(0); }
TEST(QueueModel, AChannelOfOnePlaceAgrees) { compare<real_channel>(1); }

}  // namespace
}  // namespace overlap::asyncio
