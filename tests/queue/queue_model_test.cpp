// tests/queue/queue_model_test.cpp
//
// Queues against plain models over random histories: one thread that never waits, which sees the exact order;
// and many that do, of which somebody is stopped now and then, which must agree in all numbers.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <ostream>
#include <random>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <overlap/queue.hpp>
#include <overlap/threading.hpp>

#include "threading/gate.hpp"

namespace overlap::queue {
namespace {

using namespace std::chrono_literals;
using threading::thread;

using item = std::pair<int, int>;  // priority, number

// Which of the items in `stored`, in the order they were put, comes out next.
template <class Queue>
std::size_t next_of(const std::vector<item>& stored);
template <>
std::size_t next_of<queue<item>>(const std::vector<item>&) {
  return 0;
}
template <>
std::size_t next_of<lifo_queue<item>>(const std::vector<item>& stored) {
  return stored.size() - 1;
}
template <>
std::size_t next_of<priority_queue<item>>(const std::vector<item>& stored) {
  const auto least =
      std::ranges::min_element(stored, [](const item& a, const item& b) { return a.first < b.first; });
  return static_cast<std::size_t>(least - stored.begin());
}

template <class Queue>
void compare_with_model(unsigned seed) {
  std::mt19937 random(seed);
  const std::size_t capacity = random() % 2 == 0 ? 0 : 1 + random() % 5;
  Queue real(capacity);
  std::vector<item> stored;
  std::size_t unfinished = 0;
  bool over = false;
  for (int step = 0; step < 200; ++step) {
    switch (random() % 12) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4: {
        const item put(static_cast<int>(random() % 4), step);
        const bool fits = !over && (capacity == 0 || stored.size() < capacity);
        ASSERT_EQ(real.try_put(put), fits);
        if (fits) stored.push_back(put), ++unfinished;
        break;
      }
      case 5:
      case 6:
      case 7:
      case 8: {
        const std::optional<item> got = real.try_get();
        ASSERT_EQ(got.has_value(), !stored.empty());
        if (!got) break;
        const std::size_t at = next_of<Queue>(stored);
        ASSERT_EQ(*got, stored[at]);
        stored.erase(stored.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      }
      case 9:
      case 10:
        if (unfinished > stored.size()) real.task_done(), --unfinished;
        break;
      default:
        if (step < 150) break;
        over = true;
        if (random() % 2 == 0) {
          real.shutdown({.immediate = true});
          unfinished -= stored.size();
          stored.clear();
        } else {
          real.shutdown();
        }
    }
    ASSERT_EQ(real.qsize(), stored.size());
    ASSERT_EQ(real.statistics().items_unfinished, unfinished);
    ASSERT_EQ(real.join(0s), unfinished == 0);
    ASSERT_EQ(real.is_shut_down(), over);
  }
}

template <class Queue>
class QueueModel : public ::testing::Test {};
using every_queue = ::testing::Types<queue<item>, lifo_queue<item>, priority_queue<item>>;
TYPED_TEST_SUITE(QueueModel, every_queue);

TYPED_TEST(QueueModel, AgreesWithOneThreadThatNeverWaits) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    compare_with_model<TypeParam>(seed);
    if (this->HasFatalFailure()) return;
  }
}

/// Numbers that do not depend on who of several waiting threads goes on.
struct tally {
  std::size_t stored = 0;
  std::size_t putting = 0;
  std::size_t getting = 0;
  std::size_t put = 0;
  std::size_t got = 0;
  std::size_t refused = 0;
  std::size_t ended = 0;
  std::size_t stopped = 0;

  bool operator==(const tally&) const = default;
  friend void PrintTo(const tally& each, std::ostream* out) {
    *out << each.stored << " stored, " << each.putting << " putting, " << each.getting << " getting, "
         << each.put << " put, " << each.got << " got, " << each.refused << " refused, " << each.ended
         << " ended, " << each.stopped << " stopped";
  }
};

class world {
 public:
  explicit world(std::size_t capacity) : capacity_(capacity), items_(capacity) {}

  void put() {
    if (over_) {
      ++expected_.refused;
    } else if (expected_.getting > 0) {
      --expected_.getting, ++expected_.put, ++expected_.got;
    } else if (expected_.stored < capacity_) {
      ++expected_.stored, ++expected_.put;
    } else {
      ++expected_.putting;
    }
    begin(true, [this](const std::stop_token& stop) {
      try {
        items_.put(1, stop);
        ++put_;
      } catch (const shut_down&) {
        ++refused_;
      } catch (const threading::stopped_error&) {
        ++stopped_;
      }
    });
  }

  void get() {
    if (expected_.stored > 0) {
      --expected_.stored, ++expected_.got;
      if (expected_.putting > 0) --expected_.putting, ++expected_.put, ++expected_.stored;
    } else if (over_) {
      ++expected_.ended;
    } else {
      ++expected_.getting;
    }
    begin(false, [this](const std::stop_token& stop) {
      try {
        got_ += static_cast<std::size_t>(items_.get(stop));
      } catch (const shut_down&) {
        ++ended_;
      } catch (const threading::stopped_error&) {
        ++stopped_;
      }
    });
  }

  /// Stops the one that has waited longest, if there is one.
  void stop_one() {
    for (client& each : clients_) {
      if (each.is_done) continue;
      (each.is_putter ? expected_.putting : expected_.getting) -= 1;
      ++expected_.stopped;
      each.is_stopped = true;
      each.worker.request_stop();
      return;
    }
  }

  void finish() {
    over_ = true;
    expected_.refused += std::exchange(expected_.putting, 0);
    expected_.ended += std::exchange(expected_.getting, 0);
    items_.shutdown();
  }

  /// Waits until everybody has either ended or sleeps for a reason.
  void settle() {
    threading::wait_until([this] {
      // Counted before the queue is asked: who is not done then, and waits later, has waited in between.
      const auto busy = static_cast<std::size_t>(
          std::ranges::count_if(clients_, [](const client& each) { return !each.is_done; }));
      const bool somebody_stops =
          std::ranges::any_of(clients_, [](const client& each) { return each.is_stopped && !each.is_done; });
      const queue_statistics now = items_.statistics();
      const bool somebody_wakes_up = (now.threads_getting > 0 && (now.items > 0 || over_)) ||
                                     (now.threads_putting > 0 && (now.items < capacity_ || over_));
      return busy == now.threads_getting + now.threads_putting && !somebody_wakes_up && !somebody_stops;
    });
    std::erase_if(clients_, [](const client& each) { return each.is_done.load(); });
  }

  [[nodiscard]] const tally& expected() const { return expected_; }
  [[nodiscard]] tally actual() const {
    const queue_statistics now = items_.statistics();
    return {now.items, now.threads_putting, now.threads_getting, put_, got_, refused_, ended_, stopped_};
  }

 private:
  struct client {
    bool is_putter = false;
    bool is_stopped = false;
    std::atomic<bool> is_done = false;
    thread worker{[] {}};
  };

  template <class Work>
  void begin(bool is_putter, Work work) {
    client& made = clients_.emplace_back();
    made.is_putter = is_putter;
    made.worker = thread([&made, work](const std::stop_token& stop) {
      work(stop);
      made.is_done = true;
    });
    made.worker.start();
  }

  std::size_t capacity_;
  queue<int> items_;
  bool over_ = false;
  tally expected_;
  std::atomic<std::size_t> put_ = 0;
  std::atomic<std::size_t> got_ = 0;
  std::atomic<std::size_t> refused_ = 0;
  std::atomic<std::size_t> ended_ = 0;
  std::atomic<std::size_t> stopped_ = 0;
  std::list<client> clients_;
};

TEST(QueueModelOfThreads, AgreesInAllNumbers) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    world all(1 + random() % 2);
    for (int step = 0; step < 40; ++step) {
      switch (random() % 8) {
        case 0:
        case 1:
        case 2:
          all.put();
          break;
        case 3:
        case 4:
        case 5:
          all.get();
          break;
        case 6:
          all.stop_one();
          break;
        default:
          if (step > 30) all.finish();
      }
      all.settle();
      ASSERT_EQ(all.actual(), all.expected()) << "after step " << step;
    }
    all.finish();
    all.settle();
    ASSERT_EQ(all.actual(), all.expected()) << "at the end";
  }
}

}  // namespace
}  // namespace overlap::queue
