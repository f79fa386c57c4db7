// src/testing/replay_text.hpp
//
// A list of choices as text, for the environment variable OVERLAP_REPLAY: numbers separated by commas, and
// `0^12` for twelve zeros. Zeros at the end are left out, since a choice that is missing is 0.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "testing/choice_recorder.hpp"

namespace overlap::testing::detail {

/// "0,0^12,3", and "0" for the order of a real loop.
std::string replay_text(const std::vector<std::uint32_t>& choices);

/// The other way round. Throws invalid_value_error.
std::vector<std::uint32_t> choices_of_text(std::string_view text);

/// What was chosen, without the zeros at the end.
std::vector<std::uint32_t> chosen_of(const std::vector<choice>& trace);

}  // namespace overlap::testing::detail
