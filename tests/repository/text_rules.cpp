// tests/repository/text_rules.cpp
#include <algorithm>
#include <cctype>
#include <string>

#include "repository/cpp_text.hpp"
#include "repository/rules.hpp"

namespace overlap::repository {

namespace {

struct banned_word {
  std::string_view word;
  std::string_view instead;
};

// Every place in `file`, by its code or by all its text, that has one of `words`.
template <std::size_t Count>
void find_banned(const source_file& file, const std::vector<std::string>& lines,
                 const banned_word (&words)[Count], violations& found) {
  for (std::size_t index = 0; index < lines.size(); ++index)
    for (const auto& [word, instead] : words)
      if (find_word(lines[index], word) != std::string::npos)
        found.push_back({file.path, static_cast<int>(index) + 1, std::string(word), std::string(instead)});
}

// `sleep(5)`: a bare number is unistd's sleep; asyncio::sleep takes a duration.
bool calls_system_sleep(std::string_view line) {
  for (std::size_t at = find_word(line, "sleep("); at != line.npos; at = find_word(line, "sleep(", at + 1)) {
    std::size_t end = at + 6;
    while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end]))) ++end;
    if (end > at + 6 && end < line.size() && line[end] == ')') return true;
  }
  return false;
}

bool is_docstring(std::string_view line) {
  const std::size_t start = line.find_first_not_of(' ');
  return start != line.npos && line.substr(start).starts_with("///");
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

}  // namespace

violations no_markers(const source_tree& tree) {
  // In two halves, so that the rule does not find itself.
  static constexpr banned_word words[] = {{"TO"
                                           "DO",
                                           "do it, or write an issue"},
                                          {"FIX"
                                           "ME",
                                           "fix it, or write an issue"},
                                          {"X"
                                           "XX",
                                           "say what is wrong, or fix it"}};
  violations found;
  for (const source_file& file : tree.files()) find_banned(file, file.lines, words, found);
  return found;
}

violations library_is_silent(const source_tree& tree) {
  static constexpr std::string_view silent =
      "return it, throw it or hand it to a hook: the library never prints";
  static constexpr std::string_view lasting = "throw, or OVERLAP_ASSERT: the library never ends the program";
  static constexpr banned_word words[] = {
      {"std::cout", silent}, {"std::cerr", silent},      {"std::clog", silent}, {"printf(", silent},
      {"puts(", silent},     {"fprintf(stdout", silent}, {"putchar(", silent},  {"STDOUT_FILENO", silent},
      {"exit(", lasting},    {"quick_exit(", lasting},
  };
  violations found;
  for (const source_file& file : tree.files())
    if (file.is_cpp() && (file.is_under("src/") || file.is_under("include/")))
      find_banned(file, file.code_lines, words, found);
  return found;
}

violations tests_do_not_sleep(const source_tree& tree) {
  static constexpr std::string_view instead =
      "use the virtual clock (overlap/testing.hpp) or wait for the event itself";
  static constexpr banned_word words[] = {{"sleep_for", instead},
                                          {"this_thread::sleep_until", instead},
                                          {"usleep", instead},
                                          {"nanosleep", instead}};
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.is_cpp() || !file.is_under("tests/") || file.is_under("tests/integration/")) continue;
    find_banned(file, file.code_lines, words, found);
    for (std::size_t index = 0; index < file.code_lines.size(); ++index)
      if (calls_system_sleep(file.code_lines[index]))
        found.push_back({file.path, static_cast<int>(index) + 1, "sleep()", std::string(instead)});
  }
  return found;
}

violations headers_use_no_namespace(const source_tree& tree) {
  static constexpr banned_word words[] = {
      {"using namespace", "name what is used: users get the directive, too"}};
  violations found;
  for (const source_file& file : tree.files())
    if (file.is_header()) find_banned(file, file.code_lines, words, found);
  return found;
}

violations public_types_are_documented(const source_tree& tree) {
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.is_header() || !file.is_under("include/")) continue;
    if (file.path.find("/detail/") != std::string::npos) continue;
    const std::vector<type_definition> types = types_of(text_of(file.code_lines));
    const auto main_type = std::ranges::find(types, file.stem(), &type_definition::name);
    if (main_type != types.end()) {
      const int above = main_type->line - 2;  // lines count from 1, `lines` from 0
      if (above < 0 || !is_docstring(file.lines[static_cast<std::size_t>(above)]))
        found.push_back({file.path, main_type->line, main_type->name + " has no docstring",
                         "say with /// above it what it does for the caller"});
    } else if (text_of(file.code_lines).find("namespace overlap") != std::string::npos &&
               std::ranges::none_of(file.lines, is_docstring)) {
      found.push_back({file.path, 1, "nothing in the header has a docstring",
                       "say with /// above each function what it does for the caller"});
    }
  }
  return found;
}

}  // namespace overlap::repository
