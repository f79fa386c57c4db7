// src/testing/exhaustive_plan.cpp
//
// All schedules, depth first. The choices of the last run are a path in the tree of all; the next path takes
// the next branch at its last fork that has one left.

#include <algorithm>
#include <string>

#include <overlap/base/error.hpp>

#include "testing/replay_source.hpp"
#include "testing/schedule_plan.hpp"

namespace overlap::testing::detail {

namespace {

class exhaustive_plan final : public schedule_plan {
 public:
  explicit exhaustive_plan(std::size_t depth_max) noexcept : depth_max_(depth_max) {}

  choice_source* next() override {
    if (is_over_) return nullptr;
    return &source_.emplace(chosen_in(path_));
  }

  void ended(const std::vector<choice>& trace) override {
    check_prefix(trace);
    if (trace.size() > depth_max_) is_cut_ = true;
    path_.assign(trace.begin(),
                 trace.begin() + static_cast<std::ptrdiff_t>(std::min(trace.size(), depth_max_)));
    while (!path_.empty() && path_.back().chosen + 1 == path_.back().count) path_.pop_back();
    is_over_ = path_.empty();
    if (!is_over_) ++path_.back().chosen;
  }

  [[nodiscard]] bool complete() const noexcept override { return is_over_ && !is_cut_; }

 private:
  static std::vector<std::uint32_t> chosen_in(const std::vector<choice>& path) {
    std::vector<std::uint32_t> chosen;
    chosen.reserve(path.size());
    for (const choice& each : path) chosen.push_back(each.chosen);
    return chosen;
  }

  // The tree is only one if equal choices lead to equal forks.
  void check_prefix(const std::vector<choice>& trace) const {
    for (std::size_t i = 0; i < path_.size(); ++i) {
      if (i < trace.size() && trace[i].count == path_[i].count) continue;
      throw replay_error("the test is not deterministic, so its schedules cannot be enumerated: choice " +
                         std::to_string(i) + " was among " + std::to_string(path_[i].count) +
                         ", and after the same choices " +
                         (i < trace.size() ? "among " + std::to_string(trace[i].count) : "there was none") +
                         "; find the cause with check_deterministic, and make all state inside the callable");
    }
  }

  std::size_t depth_max_;
  std::vector<choice> path_;  // the choices of the next schedule, the rest being 0
  std::optional<replay_source> source_;
  bool is_over_ = false;
  bool is_cut_ = false;
};

}  // namespace

std::unique_ptr<schedule_plan> make_exhaustive_plan(std::size_t depth_max) {
  return std::make_unique<exhaustive_plan>(depth_max);
}

}  // namespace overlap::testing::detail
