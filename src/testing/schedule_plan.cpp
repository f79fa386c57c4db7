// src/testing/schedule_plan.cpp
//
// The strategies that draw: each schedule from a seed of its own.

#include "testing/schedule_plan.hpp"

#include <utility>

#include "testing/pct_source.hpp"
#include "testing/replay_source.hpp"
#include "testing/seeded_source.hpp"

namespace overlap::testing::detail {

namespace {

// The seeds in the order in which they come.
class seed_line {
 public:
  seed_line(std::uint64_t first, std::optional<std::uint64_t> only) noexcept
      : next_(only.value_or(first)), is_single_(only.has_value()) {}

  std::optional<std::uint64_t> next() noexcept {
    if (is_over_) return std::nullopt;
    is_over_ = is_single_;
    current_ = next_++;
    return current_;
  }
  [[nodiscard]] std::uint64_t current() const noexcept { return current_; }

 private:
  std::uint64_t next_;
  std::uint64_t current_ = 0;
  bool is_single_;
  bool is_over_ = false;
};

// The first schedule is that of a real loop, unless one seed is wanted.
class random_plan final : public schedule_plan {
 public:
  random_plan(std::uint64_t first, std::optional<std::uint64_t> only) noexcept
      : seeds_(first, only), has_been_in_order_(only.has_value()) {}

  choice_source* next() override {
    if (!std::exchange(has_been_in_order_, true)) return &in_order_;
    const std::optional<std::uint64_t> seed = seeds_.next();
    return seed ? &source_.emplace(*seed) : nullptr;
  }
  void ended(const std::vector<choice>& /*trace*/) override {}
  [[nodiscard]] std::uint64_t seed() const noexcept override { return seeds_.current(); }

 private:
  seed_line seeds_;
  bool has_been_in_order_;
  replay_source in_order_;
  std::optional<seeded_source> source_;
};

// The first schedule is that of a real loop. It also tells how many steps the program has, among which the
// change points are drawn: a seed means the same whatever was run before it.
class pct_plan final : public schedule_plan {
 public:
  pct_plan(std::uint64_t first, std::optional<std::uint64_t> only, unsigned change_points) noexcept
      : seeds_(first, only), change_points_(change_points) {}

  choice_source* next() override {
    if (!has_measured_) return &measuring_;
    const std::optional<std::uint64_t> seed = seeds_.next();
    return seed ? &source_.emplace(*seed, change_points_, measuring_.steps()) : nullptr;
  }
  void ended(const std::vector<choice>& /*trace*/) override { has_measured_ = true; }
  [[nodiscard]] std::uint64_t seed() const noexcept override { return seeds_.current(); }

 private:
  step_counter measuring_;
  seed_line seeds_;
  unsigned change_points_;
  bool has_measured_ = false;
  std::optional<pct_source> source_;
};

}  // namespace

std::unique_ptr<schedule_plan> make_plan(const exploration_options& options, std::size_t schedules,
                                         std::optional<std::uint64_t> only_seed) {
  switch (options.by) {
    case strategy::pct:
      return std::make_unique<pct_plan>(options.seed, only_seed, options.change_points);
    case strategy::exhaustive:
      return make_exhaustive_plan(options.depth_max);
    case strategy::preemption_bounded:
      return make_preemption_plan(options.preemptions_max, schedules);
    case strategy::random:
      break;
  }
  return std::make_unique<random_plan>(options.seed, only_seed);
}

}  // namespace overlap::testing::detail
