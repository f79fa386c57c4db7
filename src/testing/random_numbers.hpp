// src/testing/random_numbers.hpp
//
// Random numbers as a function of a seed and of nothing else.
//
// Threads: one thread at a time.
//
// Invariants
//   1. The same seed gives the same numbers on every machine and with every standard library.
#pragma once

#include <cstddef>
#include <cstdint>

namespace overlap::testing::detail {

class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) noexcept : state_(seed) {}

  // SplitMix64 (Steele, Lea, Flood 2014): one word of state, and seeds that follow each other give sequences
  // that have nothing in common.
  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

  /// The bias of the remainder is at most count / 2^64.
  std::size_t below(std::size_t count) noexcept { return static_cast<std::size_t>(next() % count); }

 private:
  std::uint64_t state_;
};

}  // namespace overlap::testing::detail
