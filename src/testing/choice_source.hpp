// src/testing/choice_source.hpp
//
// Who answers the questions of a simulation: which ready task runs next, and whether a fault happens. A run
// is a function of the answers and of nothing else, so a list of them is a complete recording.
//
// Threads: the loop's thread only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "asyncio/loop_options.hpp"

namespace overlap::testing::detail {

/// The answer is a number below `count`. 0 is what a real loop would do: the oldest first, no fault.
struct choice_question {
  std::size_t count = 1;                               // at least 1
  const asyncio::detail::ready_node* ready = nullptr;  // to choose from; null: it is about a fault
  std::uint32_t chance = 0;                            // of another answer than 0, out of 65,536; faults only
};

class choice_source {
 public:
  virtual ~choice_source() = default;

  /// Questions with one answer are asked, too: a source may count steps.
  virtual std::size_t choose(const choice_question& asked) = 0;
};

}  // namespace overlap::testing::detail
