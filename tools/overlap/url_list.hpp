// tools/overlap/url_list.hpp
//
// Lists of URLs, as people and programs write them: one a line.
//
// Threads: functions without state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlap::get {

/// A URL and where it was written.
struct listed_url {
  std::string url;
  std::string place;  ///< "list.txt, line 3"; empty for an argument
};

/// The URLs of a list. Empty lines and lines that begin with '#' say nothing; blanks around a URL, a carriage
/// return and a byte-order mark are dropped. `name` is the list's, for messages.
std::vector<listed_url> parse_url_list(std::string_view text, std::string_view name);

/// Reads the list `path`, or standard input for "-". Blocks. Throws usage_error if it cannot be read.
std::vector<listed_url> read_url_list(const std::string& path);

}  // namespace overlap::get
