// src/testing/seeded_chooser.hpp
//
// The order in which ready tasks run, as a function of a seed and of nothing else.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. The same seed gives the same choices on every machine and with every standard library.
#pragma once

#include <cstddef>
#include <cstdint>

#include "asyncio/loop_options.hpp"

namespace overlap::testing::detail {

class seeded_chooser final : public asyncio::detail::schedule_chooser {
 public:
  explicit seeded_chooser(std::uint64_t seed) noexcept : state_(seed) {}

  std::size_t choose(std::size_t count) override {
    if (count == 1) return 0;
    const auto chosen = static_cast<std::size_t>(next_random() % count);
    ++choices_;
    // FNV-1a, over whole numbers.
    hash_ = (hash_ ^ (count << 20U) ^ chosen) * 0x100000001b3U;
    return chosen;
  }

  [[nodiscard]] std::uint64_t choices() const noexcept { return choices_; }
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

 private:
  // SplitMix64 (Steele, Lea, Flood 2014): one word of state, and seeds that follow each other give sequences
  // that have nothing in common. The bias of the remainder is at most count / 2^64.
  std::uint64_t next_random() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

  std::uint64_t state_;
  std::uint64_t choices_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace overlap::testing::detail
