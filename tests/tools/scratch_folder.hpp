// tests/tools/scratch_folder.hpp
//
// A folder for one test, removed at its end.
//
// Threads: one at a time.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace overlap::get {

class scratch_folder {
 public:
  scratch_folder() : path_((std::filesystem::temp_directory_path() / "overlap-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  [[nodiscard]] std::string text_of(std::string_view name) const {
    std::ifstream file(*this / name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write(std::string_view name, std::string_view text) const { std::ofstream(*this / name) << text; }

  /// The names of all that is in it.
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      found.insert(entry.path().filename());
    return found;
  }

 private:
  std::string path_;
};

}  // namespace overlap::get
