// tests/repository/source_tree.cpp
#include "repository/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <utility>

#include "repository/cpp_text.hpp"

namespace overlap::repository {

namespace {

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_text(const std::filesystem::path& path) {
  static constexpr std::string_view extensions[] = {".cpp", ".hpp", ".c",  ".h",     ".md",  ".txt",
                                                    ".in",  ".sh",  ".py", ".cmake", ".json"};
  const std::string extension = path.extension().string();
  return std::ranges::find(extensions, extension) != std::end(extensions) || path.filename() == "dev" ||
         path.filename() == "run";
}

bool is_skipped_folder(const std::string& name) {
  return name == ".git" || name == ".cache" || name.starts_with("build");
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const violation& broken) {
  return out << broken.path << ':' << broken.line << ": " << broken.what << ", instead " << broken.instead;
}

source_file::source_file(std::string file_path, std::string content)
    : path(std::move(file_path)), text(std::move(content)), lines(split_lines(text)) {
  if (is_cpp()) code_lines = split_lines(without_comments_and_literals(text));
}

bool source_file::is_under(std::string_view folder) const { return path.starts_with(folder); }
bool source_file::is_header() const { return path.ends_with(".hpp"); }
bool source_file::is_cpp() const { return path.ends_with(".hpp") || path.ends_with(".cpp"); }
bool source_file::is_markdown() const { return path.ends_with(".md"); }
std::string source_file::stem() const { return std::filesystem::path(path).stem().string(); }

source_tree source_tree::read(const std::string& root) {
  source_tree tree;
  namespace fs = std::filesystem;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
       ++entry) {
    if (entry->is_directory()) {
      if (is_skipped_folder(entry->path().filename().string())) entry.disable_recursion_pending();
      continue;
    }
    std::string path = fs::relative(entry->path(), root).generic_string();
    if (!is_text(entry->path())) {
      tree.paths_.push_back(std::move(path));
      continue;
    }
    std::ifstream in(entry->path(), std::ios::binary);
    tree.add(std::move(path), std::string(std::istreambuf_iterator<char>(in), {}));
  }
  std::ranges::sort(tree.files_, {}, &source_file::path);
  return tree;
}

source_tree source_tree::planted(const std::map<std::string, std::string>& files) {
  source_tree tree;
  for (const auto& [path, text] : files) tree.add(path, text);
  return tree;
}

const source_file* source_tree::find(std::string_view path) const {
  const auto found = std::ranges::find(files_, path, &source_file::path);
  return found == files_.end() ? nullptr : &*found;
}

bool source_tree::has(std::string_view path) const {
  const std::string folder = std::string(path) + '/';
  return std::ranges::any_of(paths_, [&](const std::string& each) {
    return each == path || path.empty() || each.starts_with(folder);
  });
}

void source_tree::add(std::string path, std::string text) {
  paths_.push_back(path);
  files_.emplace_back(std::move(path), std::move(text));
}

std::size_t find_word(std::string_view line, std::string_view word, std::size_t start) {
  for (std::size_t at = line.find(word, start); at != line.npos; at = line.find(word, at + 1)) {
    const bool joined_before = at > 0 && is_word_character(line[at - 1]) && is_word_character(word.front());
    const std::size_t end = at + word.size();
    const bool joined_after =
        end < line.size() && is_word_character(line[end]) && is_word_character(word.back());
    if (!joined_before && !joined_after) return at;
  }
  return line.npos;
}

}  // namespace overlap::repository
