// src/testing/replay_source.hpp
//
// Answers from a recording. Where it has none, 0; where its answer does not fit, 0 too, and it remembers.
//
// Threads: the loop's thread only.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "testing/choice_source.hpp"

namespace overlap::testing::detail {

class replay_source final : public choice_source {
 public:
  explicit replay_source(std::vector<std::uint32_t> choices = {}) noexcept : choices_(std::move(choices)) {}

  std::size_t choose(const choice_question& asked) override {
    if (asked.count == 1) return 0;
    const std::size_t position = asked_++;
    if (position >= choices_.size()) return 0;
    if (choices_[position] < asked.count) return choices_[position];
    if (misfit_.empty()) {
      misfit_ = "choice " + std::to_string(position) + " is " + std::to_string(choices_[position]) +
                ", but there were only " + std::to_string(asked.count) + " to choose from";
    }
    return 0;
  }

  /// Where the recording did not fit the run that has ended; empty if it did.
  [[nodiscard]] std::string divergence() const {
    if (!misfit_.empty()) return misfit_;
    if (asked_ >= choices_.size()) return {};
    return "the recording has " + std::to_string(choices_.size()) + " choices, but only " +
           std::to_string(asked_) + " were to be made";
  }

 private:
  std::vector<std::uint32_t> choices_;
  std::size_t asked_ = 0;
  std::string misfit_;
};

}  // namespace overlap::testing::detail
