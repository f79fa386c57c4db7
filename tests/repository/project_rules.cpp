// tests/repository/project_rules.cpp
#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>

#include "repository/cpp_text.hpp"
#include "repository/rules.hpp"

namespace overlap::repository {

namespace {

bool is_build_file(const source_file& file) { return file.path.ends_with("CMakeLists.txt"); }

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? std::string() : std::string(path.substr(0, slash + 1));
}

// A build file may say `a/b.cpp`, or `a/b` or `b` where a function adds the rest. Commented lines do not
// count.
bool names_source(const source_file& build, std::string_view path) {
  const std::string below(path.substr(folder_of(build.path).size()));
  const std::string without_extension = below.substr(0, below.rfind('.'));
  const std::string stem = without_extension.substr(without_extension.rfind('/') + 1);
  return std::ranges::any_of(build.lines, [&](std::string_view line) {
    line = line.substr(0, line.find('#'));
    return find_word(line, below) != line.npos || find_word(line, without_extension) != line.npos ||
           find_word(line, stem) != line.npos;
  });
}

// The lines of a markdown page that are prose: code blocks are blanked.
std::vector<std::string> prose_of(const source_file& page) {
  std::vector<std::string> prose;
  bool is_code = false;
  for (const std::string& line : page.lines) {
    const std::size_t start = line.find_first_not_of(' ');
    const bool is_fence = start != line.npos && std::string_view(line).substr(start).starts_with("```");
    prose.push_back(is_code || is_fence ? std::string() : line);
    is_code ^= is_fence;
  }
  return prose;
}

// The targets of `[text](target)` in a line, code spans left out.
std::vector<std::string> links_of(std::string line) {
  for (std::size_t open = line.find('`'); open != line.npos; open = line.find('`', open)) {
    const std::size_t close = line.find('`', open + 1);
    if (close == line.npos) break;
    line.erase(open, close - open + 1);
  }
  std::vector<std::string> targets;
  for (std::size_t at = line.find("]("); at != line.npos; at = line.find("](", at + 1)) {
    const std::size_t end = line.find_first_of(") ", at + 2);
    if (end != line.npos) targets.push_back(line.substr(at + 2, end - at - 2));
  }
  return targets;
}

bool is_elsewhere(std::string_view target) {
  return target.empty() || target.starts_with('#') || target.find("://") != target.npos ||
         target.starts_with("mailto:");
}

// The words that `case "$verb" in` of ./dev knows.
std::set<std::string> verbs_of(const source_file& script) {
  std::set<std::string> verbs;
  bool is_inside = false;
  for (const std::string& line : script.lines) {
    if (line.starts_with("case \"$verb\" in")) is_inside = true;
    if (line.starts_with("esac")) is_inside = false;
    const std::size_t close = line.find(')');
    if (!is_inside || !line.starts_with("  ") || close == line.npos) continue;
    std::istringstream labels(line.substr(0, close));
    for (std::string label; labels >> label;)
      if (label != "|") verbs.insert(label);
  }
  return verbs;
}

}  // namespace

violations sources_are_built(const source_tree& tree) {
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.path.ends_with(".cpp")) continue;
    const bool is_named = std::ranges::any_of(tree.files(), [&](const source_file& build) {
      return is_build_file(build) && file.is_under(folder_of(build.path)) && names_source(build, file.path);
    });
    if (!is_named)
      found.push_back({file.path, 0, "no CMakeLists.txt names it", "name it in its folder's, or remove it"});
  }
  return found;
}

violations pages_have_one_title(const source_tree& tree) {
  violations found;
  for (const source_file& page : tree.files()) {
    if (!page.is_markdown()) continue;
    const std::vector<std::string> prose = prose_of(page);
    const auto titles =
        std::ranges::count_if(prose, [](const std::string& line) { return line.starts_with("# "); });
    if (titles != 1)
      found.push_back(
          {page.path, 1, std::to_string(titles) + " titles", "begin the page with one `# title`"});
  }
  return found;
}

violations links_lead_somewhere(const source_tree& tree) {
  violations found;
  for (const source_file& page : tree.files()) {
    if (!page.is_markdown()) continue;
    const std::vector<std::string> prose = prose_of(page);
    for (std::size_t index = 0; index < prose.size(); ++index)
      for (const std::string& target : links_of(prose[index])) {
        if (is_elsewhere(target)) continue;
        const std::string file = folder_of(page.path) + target.substr(0, target.find('#'));
        std::string path = std::filesystem::path(file).lexically_normal().generic_string();
        if (path.ends_with('/')) path.pop_back();
        if (path != "." && !tree.has(path))
          found.push_back({page.path, static_cast<int>(index) + 1, "the link " + target + " leads nowhere",
                           "link to a file that exists"});
      }
  }
  return found;
}

violations decisions_are_listed(const source_tree& tree) {
  violations found;
  for (const source_file& page : tree.files()) {
    if (!page.is_under("docs/decisions/") || !page.is_markdown() || page.stem() == "README") continue;
    const std::string name = page.path.substr(page.path.rfind('/') + 1);
    bool is_listed = false;
    for (std::string_view list : {"docs/decisions/README.md", "docs/README.md"})
      if (const source_file* file = tree.find(list)) is_listed |= file->text.find(name) != std::string::npos;
    if (!is_listed)
      found.push_back({page.path, 0, "no list of decisions names it", "add it to docs/decisions/README.md"});
  }
  return found;
}

violations shown_verbs_exist(const source_tree& tree) {
  violations found;
  const source_file* script = tree.find("dev");
  const std::set<std::string> verbs = script == nullptr ? std::set<std::string>() : verbs_of(*script);
  for (const source_file& page : tree.files()) {
    if (!page.is_markdown()) continue;
    for (std::size_t index = 0; index < page.lines.size(); ++index) {
      const std::string_view line = page.lines[index];
      for (std::size_t at = line.find("./dev "); at != line.npos; at = line.find("./dev ", at + 1)) {
        std::size_t end = at + 6;
        while (end < line.size() && (is_word_character(line[end]) || line[end] == '-')) ++end;
        const std::string verb(line.substr(at + 6, end - at - 6));
        if (!verb.empty() && !verbs.contains(verb))
          found.push_back({page.path, static_cast<int>(index) + 1, "./dev knows no " + verb,
                           "show a verb of ./dev help"});
      }
    }
  }
  return found;
}

}  // namespace overlap::repository
