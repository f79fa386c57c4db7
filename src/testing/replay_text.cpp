// src/testing/replay_text.cpp
//
// Runs of four or more equal numbers are written with their length.

#include "testing/replay_text.hpp"

#include <charconv>

#include <overlap/base/error.hpp>

namespace overlap::testing::detail {

namespace {

// More would be a typing error, and would take all memory.
constexpr std::uint32_t run_max = 1'000'000;

[[noreturn]] void refuse(std::string_view text) {
  throw invalid_value_error("\"" + std::string(text) +
                            "\" is no list of choices: give numbers separated by commas, with 0^12 for "
                            "twelve zeros, as a failure prints them");
}

// The number at the front of `rest`, which loses it.
std::uint32_t take_number(std::string_view& rest, std::string_view whole) {
  std::uint32_t number = 0;
  const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (failure != std::errc()) refuse(whole);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return number;
}

void drop_zeros_at_end(std::vector<std::uint32_t>& choices) {
  while (!choices.empty() && choices.back() == 0) choices.pop_back();
}

}  // namespace

std::string replay_text(const std::vector<std::uint32_t>& choices) {
  std::size_t size = choices.size();
  while (size > 0 && choices[size - 1] == 0) --size;
  std::string text;
  for (std::size_t i = 0; i < size;) {
    std::size_t end = i + 1;
    while (end < size && choices[end] == choices[i]) ++end;
    if (end - i < 4) end = i + 1;
    if (!text.empty()) text.push_back(',');
    text.append(std::to_string(choices[i]));
    if (end - i > 1) text.append("^").append(std::to_string(end - i));
    i = end;
  }
  return text.empty() ? "0" : text;
}

std::vector<std::uint32_t> choices_of_text(std::string_view text) {
  std::vector<std::uint32_t> choices;
  for (std::string_view rest = text;; rest.remove_prefix(1)) {
    const std::uint32_t number = take_number(rest, text);
    std::uint32_t times = 1;
    if (rest.starts_with('^')) {
      rest.remove_prefix(1);
      times = take_number(rest, text);
    }
    if (times == 0 || times > run_max || choices.size() + times > run_max) refuse(text);
    choices.insert(choices.end(), times, number);
    if (rest.empty()) break;
    if (rest.front() != ',') refuse(text);
  }
  drop_zeros_at_end(choices);
  return choices;
}

std::vector<std::uint32_t> chosen_of(const std::vector<choice>& trace) {
  std::vector<std::uint32_t> choices;
  choices.reserve(trace.size());
  for (const choice& each : trace) choices.push_back(each.chosen);
  drop_zeros_at_end(choices);
  return choices;
}

}  // namespace overlap::testing::detail
