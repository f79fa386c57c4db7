// tools/overlap/get_plan.hpp
//
// What is going to be downloaded, checked as a whole before the first byte is sent.
//
// Threads: a value type.
//
// Invariants
//   1. No two files of a plan have the same name, and none has the name of another's .part file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "get_options.hpp"
#include "output_file.hpp"
#include "url_list.hpp"

namespace overlap::get {

/// One file to be.
struct planned_file {
  std::string url;        ///< as given
  std::string shown_url;  ///< without credentials
  std::string name;       ///< in the output folder
  std::string path;       ///< the same, for people
  std::size_t host;       ///< index into get_plan::hosts
  bool is_skipped;        ///< it is there already
};

struct get_plan {
  std::vector<planned_file> files;
  std::vector<std::string> hosts;  ///< "host:port", in the order of first use
};

/// The URLs of the command line, in its order, lists read. Throws usage_error.
std::vector<listed_url> collect_urls(const get_options& options);

/// Throws usage_error if the file of --cacert cannot be read.
void require_readable_ca_file(const get_options& options);

/// Checks everything that can be checked before anything is sent. Throws one usage_error that names all that
/// is wrong, with the lists' line numbers.
get_plan make_plan(const std::vector<listed_url>& urls, const get_options& options,
                   const output_folder& folder);

}  // namespace overlap::get
