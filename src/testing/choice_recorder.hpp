// src/testing/choice_recorder.hpp
//
// Stands between a loop and the source of its choices, and writes down what was chosen.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. Questions with one answer leave no trace, so a recording holds only what could have been otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "asyncio/loop_options.hpp"
#include "testing/choice_source.hpp"

namespace overlap::testing::detail {

struct choice {
  std::uint32_t count;
  std::uint32_t chosen;
};

class choice_recorder final : public asyncio::detail::schedule_chooser {
 public:
  explicit choice_recorder(choice_source& source) noexcept : source_(source) {}

  std::size_t choose(const asyncio::detail::ready_node& first, std::size_t count) override {
    return ask({.count = count, .ready = &first});
  }

  std::size_t ask(const choice_question& asked) {
    const std::size_t chosen = source_.choose(asked);
    if (asked.count == 1) return 0;
    ++choices_;
    // FNV-1a, over whole numbers.
    hash_ = (hash_ ^ (asked.count << 20U) ^ chosen) * 0x100000001b3U;
    if (trace_.size() < recorded_max)
      trace_.push_back({static_cast<std::uint32_t>(asked.count), static_cast<std::uint32_t>(chosen)});
    return chosen;
  }

  [[nodiscard]] std::uint64_t choices() const noexcept { return choices_; }
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  /// What was chosen, oldest first; no more than recorded_max, so that a simulation of any length fits.
  [[nodiscard]] const std::vector<choice>& trace() const noexcept { return trace_; }
  [[nodiscard]] bool is_whole() const noexcept { return trace_.size() == choices_; }

 private:
  static constexpr std::size_t recorded_max = 1'000'000;

  choice_source& source_;
  std::uint64_t choices_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
  std::vector<choice> trace_;
};

}  // namespace overlap::testing::detail
