// src/testing/environment.hpp
//
// What the environment says about simulations. Each throws invalid_value_error for a text without a meaning.
//
// Threads: any, as long as nobody changes the environment meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace overlap::testing::detail {

/// OVERLAP_SEED: only this seed.
std::optional<std::uint64_t> seed_from_environment();

/// OVERLAP_SCHEDULES: how many, instead of what the code says.
std::optional<std::size_t> schedules_from_environment();

/// OVERLAP_REPLAY: only these choices. An empty value is none.
std::optional<std::vector<std::uint32_t>> replay_from_environment();

}  // namespace overlap::testing::detail
