// src/testing/seeded_source.hpp
//
// Every answer equally likely, as a function of a seed; faults as likely as the question says.
//
// Threads: the loop's thread only.
#pragma once

#include "testing/choice_source.hpp"
#include "testing/random_numbers.hpp"

namespace overlap::testing::detail {

/// Whether a fault happens, and which.
inline std::size_t choose_fault(random_numbers& random, const choice_question& asked) noexcept {
  const std::uint64_t drawn = random.next();
  if ((drawn & 0xffffU) >= asked.chance) return 0;
  return 1 + static_cast<std::size_t>((drawn >> 16U) % (asked.count - 1));
}

class seeded_source final : public choice_source {
 public:
  explicit seeded_source(std::uint64_t seed) noexcept : random_(seed) {}

  std::size_t choose(const choice_question& asked) override {
    if (asked.count == 1) return 0;
    return asked.ready != nullptr ? random_.below(asked.count) : choose_fault(random_, asked);
  }

 private:
  random_numbers random_;
};

}  // namespace overlap::testing::detail
