// tests/repository/size_rules.cpp
#include <algorithm>
#include <string>

#include "repository/cpp_text.hpp"
#include "repository/rules.hpp"

namespace overlap::repository {

namespace {

constexpr std::size_t file_lines_max = 400;
constexpr std::size_t public_header_lines_max = 300;
constexpr int function_lines_max = 70;
constexpr std::size_t line_characters_max = 110;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

// In characters, not bytes: the continuation bytes of UTF-8 do not count.
std::size_t width_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char each) { return (static_cast<unsigned char>(each) & 0xC0) != 0x80; }));
}

}  // namespace

violations files_are_short(const source_tree& tree) {
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.is_cpp()) continue;
    const bool is_public = file.is_header() && file.is_under("include/");
    const std::size_t most = is_public ? public_header_lines_max : file_lines_max;
    if (file.lines.size() > most)
      found.push_back({file.path, static_cast<int>(most), std::to_string(file.lines.size()) + " lines",
                       "split it at a seam: " + std::string(is_public ? "a public header" : "a file") +
                           " has at most " + std::to_string(most)});
  }
  return found;
}

violations functions_fit_a_screen(const source_tree& tree) {
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.is_cpp() || file.is_under("tests/")) continue;
    for (const function_extent& function : functions_of(joined(file.code_lines))) {
      const int length = function.last_line - function.first_line + 1;
      if (length > function_lines_max)
        found.push_back(
            {file.path, function.first_line, function.name + " has " + std::to_string(length) + " lines",
             "give its steps names: a function has at most " + std::to_string(function_lines_max)});
    }
  }
  return found;
}

violations lines_are_short(const source_tree& tree) {
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.is_cpp()) continue;
    for (std::size_t index = 0; index < file.lines.size(); ++index)
      if (const std::size_t width = width_of(file.lines[index]); width > line_characters_max)
        found.push_back({file.path, static_cast<int>(index) + 1, std::to_string(width) + " characters",
                         "break the line: it has at most " + std::to_string(line_characters_max)});
  }
  return found;
}

}  // namespace overlap::repository
