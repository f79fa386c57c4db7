// tools/overlap/get_options.hpp
//
// The command line of `overlap get`.
//
// Threads: a value type; no shared state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <overlap/base/duration.hpp>
#include <overlap/http/header_map.hpp>

#include "retry.hpp"

namespace overlap::get {

/// What to do about files that are there before anything is sent.
enum class existing_policy : std::uint8_t { refuse, skip, overwrite };

enum class progress_mode : std::uint8_t { automatic, bar, plain, none };

struct get_options {
  std::vector<std::string> urls;        ///< as given; "-" is a list on standard input
  std::vector<std::string> list_files;  ///< "-" is standard input
  std::string folder = ".";
  std::string output_name;  ///< for a single URL; empty: from the URL
  int jobs = 16;
  int jobs_per_host = 6;
  retry_options retry;
  duration timeout = duration::infinite();        ///< of one try, to the last byte
  duration stall_timeout = duration::infinite();  ///< without a byte
  duration total_timeout = duration::infinite();
  int max_redirects = 10;
  http::header_map headers;
  std::string ca_file;
  existing_policy existing = existing_policy::refuse;
  progress_mode progress = progress_mode::automatic;
  bool is_quiet = false;
  bool is_json = false;
};

/// Reads the command line; argv[0] is the word "get". Gives nothing when it has said all there is to say
/// (--help, a mistake), and then `exit_code` is set.
std::optional<get_options> parse_get_options(int argc, char** argv, int& exit_code);

/// "10", "2.5", "300ms", "10s", "5m", "1h" as a span of time; 0 is "no limit". Throws usage_error.
duration parse_limit(std::string_view text);

/// "Name: value" as a header field; "Name:" leaves a field out that would be sent otherwise. Throws
/// usage_error.
http::field parse_header(std::string_view text);

}  // namespace overlap::get
