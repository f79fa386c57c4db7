// src/testing/pct_source.hpp
//
// Probabilistic concurrency testing: the ready task with the highest of random priorities runs, and at a few
// random steps the one that would run falls behind all others. Burckhardt, Kothari, Musuvathi, Nagarakatte: A
// randomized scheduler with probabilistic guarantees of finding bugs, 2010.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. A task keeps its priority from its first step on, but for change points. Callbacks and jobs, which run
//      once, count as tasks of their own.
//   2. Whoever is oldest has its turn after being passed over starvation_max times in a row, whatever its
//      priority: a task that polls with sleep(0) does not keep the others away for ever.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "testing/choice_source.hpp"
#include "testing/random_numbers.hpp"

namespace overlap::testing::detail {

/// The order of a real loop, with its steps counted.
class step_counter final : public choice_source {
 public:
  std::size_t choose(const choice_question& asked) override {
    if (asked.ready != nullptr) ++steps_;
    return 0;
  }
  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

 private:
  std::uint64_t steps_ = 0;
};

class pct_source final : public choice_source {
 public:
  /// `steps`: about how many the program has.
  pct_source(std::uint64_t seed, unsigned change_points, std::uint64_t steps);

  std::size_t choose(const choice_question& asked) override;

 private:
  static constexpr unsigned starvation_max = 1000;

  using node = asyncio::detail::ready_node;

  [[nodiscard]] std::uint64_t& priority_of(const node& ready);
  std::size_t highest(const node& first, const node*& found);

  random_numbers random_;
  std::vector<std::uint64_t> change_steps_;
  std::uint64_t step_ = 0;
  std::uint64_t lowest_;
  std::unordered_map<std::uint64_t, std::uint64_t> tasks_;  // by id
  std::unordered_map<const node*, std::uint64_t> others_;   // that are ready
  const node* oldest_ = nullptr;
  unsigned passed_over_ = 0;
};

}  // namespace overlap::testing::detail
