// src/testing/environment.cpp
//
// Three variables, read anew each time, so that a debugger or a test may change them.

#include "testing/environment.hpp"

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

#include <overlap/base/error.hpp>

#include "testing/replay_text.hpp"

namespace overlap::testing::detail {

namespace {

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr) return std::nullopt;
  const std::string_view text(value);
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) {
    throw invalid_value_error(std::string(variable) + " is \"" + std::string(text) +
                              "\": give a whole number from 0 to 2^64 - 1, or unset it");
  }
  return number;
}

}  // namespace

std::optional<std::uint64_t> seed_from_environment() { return number_from("OVERLAP_SEED"); }

std::optional<std::size_t> schedules_from_environment() {
  const std::optional<std::uint64_t> count = number_from("OVERLAP_SCHEDULES");
  if (!count) return std::nullopt;
  if (*count == 0)
    throw invalid_value_error("OVERLAP_SCHEDULES is 0: nothing would be tested; give 1 or more");
  return static_cast<std::size_t>(*count);
}

std::optional<std::vector<std::uint32_t>> replay_from_environment() {
  const char* value = std::getenv("OVERLAP_REPLAY");
  if (value == nullptr || *value == '\0') return std::nullopt;
  try {
    return choices_of_text(value);
  } catch (const invalid_value_error& wrong) {
    throw invalid_value_error("OVERLAP_REPLAY: " + std::string(wrong.message()));
  }
}

}  // namespace overlap::testing::detail
