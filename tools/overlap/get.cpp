// tools/overlap/get.cpp
//
// From the command line to the exit code of `overlap get`.
#include "get.hpp"

#include <csignal>
#include <cstdio>
#include <optional>

#include "get_downloads.hpp"
#include "get_errors.hpp"
#include "get_options.hpp"
#include "get_plan.hpp"
#include "get_report.hpp"
#include "get_signals.hpp"
#include "output_file.hpp"
#include "serve_socket.hpp"

namespace overlap::get {

namespace {

int download(const get_options& options) {
  std::optional<output_folder> folder;
  get_plan plan;
  try {
    require_readable_ca_file(options);
    const std::vector<listed_url> urls = collect_urls(options);
    folder.emplace(options.folder);
    plan = make_plan(urls, options, *folder);
  } catch (const usage_error& failure) {
    std::fprintf(stderr, "overlap get: %s\n", failure.what());
    return 2;
  }
  // Both shall be errors of a write, which can be named, not the end of the process.
  ignore(SIGPIPE);
  ignore(SIGXFSZ);
  serve::raise_descriptor_limit();
  get_report report(options);
  return get_downloads(options, plan, *folder, report).run();
}

}  // namespace
}  // namespace overlap::get

int run_get(int argc, char** argv) {
  int exit_code = 0;
  const auto options = overlap::get::parse_get_options(argc, argv, exit_code);
  if (!options) return exit_code;
  try {
    return overlap::get::download(*options);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "overlap get: %s\n", failure.what());
    return 1;
  }
}
