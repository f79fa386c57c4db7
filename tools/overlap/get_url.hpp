// tools/overlap/get_url.hpp
//
// URLs as `overlap get` needs them before anything is sent: who is asked, and what the file is called.
//
// Threads: functions without state.
#pragma once

#include <string>
#include <string_view>

namespace overlap::get {

/// A URL, taken apart. The parts are as written, but for the host key.
struct url_parts {
  std::string host_key;  ///< "host:port" in small letters: whose limit counts
  std::string path;      ///< from the first '/' up to '?' or '#'; may be empty
};

/// Takes a URL of http or https apart. Throws usage_error with the reason, without naming the URL.
url_parts split_url(std::string_view url);

/// The name for the file behind `url_path`: its last segment, percent-decoded, with '/' and control
/// characters replaced by '_'; "index.html" if the path ends with '/'. Throws usage_error for a name that no
/// file can have ("..", or too long).
std::string file_name_of(std::string_view url_path);

/// `url` without "user:password@", for everything that is printed.
std::string without_credentials(std::string_view url);

/// `text` with '?' for every control character, so that what a server or a list says cannot steer a terminal.
std::string printable(std::string_view text);

}  // namespace overlap::get
