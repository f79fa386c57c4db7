// tests/repository/source_tree.hpp
//
// What the rules look at: the project's text files, from the disk or planted by a test, and what a rule
// answers.
//
// Threads: one only.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::repository {

/// One broken rule, printed as `file:line: what, instead do`.
struct violation {
  std::string path;
  int line = 0;  ///< from 1; 0 for the file as a whole
  std::string what;
  std::string instead;

  friend bool operator==(const violation&, const violation&) = default;
};

std::ostream& operator<<(std::ostream& out, const violation& broken);

/// A text file, by its path from the root of the project ("src/base/error.cpp").
struct source_file {
  std::string path;
  std::string text;
  std::vector<std::string> lines;       ///< as they are
  std::vector<std::string> code_lines;  ///< of C++: comments and the insides of literals are blanked

  source_file(std::string path, std::string text);

  [[nodiscard]] bool is_under(std::string_view folder) const;  ///< folder ends in '/'
  [[nodiscard]] bool is_header() const;
  [[nodiscard]] bool is_cpp() const;  ///< a C++ header or source
  [[nodiscard]] bool is_markdown() const;
  /// The name without folder and extension.
  [[nodiscard]] std::string stem() const;
};

/// Every text file of the project.
class source_tree {
 public:
  /// Reads the project at `root`, without its builds and its history.
  static source_tree read(const std::string& root);
  /// A tree that a test plants: paths and their contents.
  static source_tree planted(const std::map<std::string, std::string>& files);

  [[nodiscard]] const std::vector<source_file>& files() const { return files_; }
  [[nodiscard]] const source_file* find(std::string_view path) const;
  /// True for a file, text or not, and for a folder that has files.
  [[nodiscard]] bool has(std::string_view path) const;

 private:
  void add(std::string path, std::string text);

  std::vector<source_file> files_;
  std::vector<std::string> paths_;  // of every file, also of those that are no text
};

/// Where `word` stands in `line` as a whole word from `start` on, or npos. `word` may hold punctuation; only
/// at its ends, and only where it begins or ends with a letter, must no other letter follow.
std::size_t find_word(std::string_view line, std::string_view word, std::size_t start = 0);

}  // namespace overlap::repository
