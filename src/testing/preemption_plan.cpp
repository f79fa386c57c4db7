// src/testing/preemption_plan.cpp
//
// All schedules with few departures from the order of a real loop, breadth first: those with one come before
// those with two. In a loop, where nobody is interrupted between two waits, to preempt is to overtake: to run
// one that became ready later (delay bounding; Emmi, Qadeer, Rakamaric 2011).
//
// Invariants
//   1. Each schedule is a list of departures; a child has one more, behind its parent's last. So none is run
//      twice, and none is left out.

#include <deque>
#include <utility>

#include "testing/replay_source.hpp"
#include "testing/schedule_plan.hpp"

namespace overlap::testing::detail {

namespace {

struct departure {
  std::uint32_t position;
  std::uint32_t chosen;
};

class preemption_plan final : public schedule_plan {
 public:
  preemption_plan(unsigned preemptions_max, std::size_t schedules) noexcept
      : preemptions_max_(preemptions_max), queue_max_(schedules) {
    waiting_.emplace_back();
  }

  choice_source* next() override {
    if (waiting_.empty()) return nullptr;
    running_ = std::move(waiting_.front());
    waiting_.pop_front();
    std::vector<std::uint32_t> choices(running_.empty() ? 0 : running_.back().position + 1);
    for (const departure& each : running_) choices[each.position] = each.chosen;
    return &source_.emplace(std::move(choices));
  }

  void ended(const std::vector<choice>& trace) override {
    if (running_.size() == preemptions_max_) return;
    const std::uint32_t first = running_.empty() ? 0 : running_.back().position + 1;
    for (std::uint32_t position = first; position < trace.size(); ++position) {
      for (std::uint32_t chosen = 1; chosen < trace[position].count; ++chosen) add({position, chosen});
    }
  }

  [[nodiscard]] bool complete() const noexcept override { return waiting_.empty() && !has_dropped_; }

 private:
  // What could not be run within the number of schedules is not kept.
  void add(departure last) {
    if (waiting_.size() >= queue_max_) {
      has_dropped_ = true;
      return;
    }
    waiting_.push_back(running_);
    waiting_.back().push_back(last);
  }

  unsigned preemptions_max_;
  std::size_t queue_max_;
  std::deque<std::vector<departure>> waiting_;
  std::vector<departure> running_;
  std::optional<replay_source> source_;
  bool has_dropped_ = false;
};

}  // namespace

std::unique_ptr<schedule_plan> make_preemption_plan(unsigned preemptions_max, std::size_t schedules) {
  return std::make_unique<preemption_plan>(preemptions_max, schedules);
}

}  // namespace overlap::testing::detail
