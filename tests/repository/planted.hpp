// tests/repository/planted.hpp
//
// Short words for the tests of the rules: plant files, run a rule, compare where it complains.
//
// Threads: one only.
#pragma once

#include <string>
#include <vector>

#include "repository/rules.hpp"

namespace overlap::repository {

/// Where a rule complains about planted files: "path:line", in the order it found them.
inline std::vector<std::string> places(const violations& found) {
  std::vector<std::string> result;
  for (const violation& each : found) result.push_back(each.path + ":" + std::to_string(each.line));
  return result;
}

/// The same text, `count` times.
inline std::string repeated(int count, const std::string& text) {
  std::string result;
  for (int index = 0; index < count; ++index) result += text;
  return result;
}

}  // namespace overlap::repository
