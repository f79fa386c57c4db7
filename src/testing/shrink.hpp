// src/testing/shrink.hpp
//
// Makes a failing list of choices small, by trying smaller ones.
//
// Threads: one only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace overlap::testing::detail {

using choice_list = std::vector<std::uint32_t>;

/// Fewer departures from the order of a real loop are simpler; then the shorter list; then smaller numbers.
[[nodiscard]] bool is_simpler(const choice_list& one, const choice_list& other);

class shrinker {
 public:
  /// Runs the program with these choices, the rest being 0. If it fails in the way that is looked for: what
  /// it really chose, which may be less.
  using attempt = std::function<std::optional<choice_list>(const choice_list&)>;

  /// `failing` is known to fail. At most `runs_max` attempts.
  shrinker(choice_list failing, attempt try_out, std::size_t runs_max)
      : best_(std::move(failing)), try_out_(std::move(try_out)), runs_left_(runs_max) {}

  /// The simplest list that was found.
  const choice_list& run();

 private:
  bool try_list(const choice_list& candidate);
  bool zero_blocks();
  bool remove_blocks();
  bool lower_numbers();
  bool move_forward();

  choice_list best_;
  attempt try_out_;
  std::size_t runs_left_;
  std::set<choice_list> tried_;
};

}  // namespace overlap::testing::detail
