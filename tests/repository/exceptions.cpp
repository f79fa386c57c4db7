// tests/repository/exceptions.cpp
#include <string>
#include <utility>

#include "repository/rules.hpp"

namespace overlap::repository {

namespace {

constexpr std::string_view list_path = "tests/repository/exceptions.txt";

}  // namespace

violations without_exceptions(const source_tree& tree, std::string_view rule, violations found) {
  const source_file* list = tree.find(list_path);
  if (list == nullptr) return found;
  for (std::size_t index = 0; index < list->lines.size(); ++index) {
    std::string_view line = list->lines[index];
    const std::size_t colon = line.find(": ");
    const std::size_t space = line.find(' ');
    if (line.starts_with('#') || line.substr(0, space) != rule) continue;
    const int number = static_cast<int>(index) + 1;
    if (colon == line.npos || colon < space || colon + 2 >= line.size()) {
      found.push_back(
          {std::string(list_path), number, "an exception without a reason", "write `rule path: reason`"});
      continue;
    }
    const std::string_view path = line.substr(space + 1, colon - space - 1);
    if (std::erase_if(found, [&](const violation& each) { return each.path == path; }) == 0)
      found.push_back({std::string(list_path), number, "an exception that nothing needs", "remove the line"});
  }
  return found;
}

}  // namespace overlap::repository
