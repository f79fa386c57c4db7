// tools/overlap/bench.cpp
//
// The command line of `overlap bench`.
#include "bench.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "bench_child.hpp"
#include "bench_report.hpp"

namespace overlap::bench {

namespace {

struct bench_options {
  workload work;
  std::vector<model> models;
  std::optional<model> child_model;  ///< this process runs one model for the one that started it
  bool is_json = false;
};

std::string check_model(const std::string& name) {
  return model_named(name) ? std::string()
                           : "there is no model '" + name + "': take sequential, threads or async";
}

std::string check_url(const std::string& url) {
  return url.starts_with("http://") || url.starts_with("https://")
             ? std::string()
             : "'" + url + "' is no URL of http or https";
}

int parse(int argc, char** argv, bench_options& options) {
  std::vector<std::string> names = {"sequential", "threads", "async"};
  std::string child_name;
  CLI::App app(
      "The same requests one after the other, by threads and by the event loop: which model to take.",
      "overlap bench");
  app.add_option("--url", options.work.url, "What to request")
      ->required()
      ->check(CLI::Validator(check_url, "URL"));
  app.add_option("-n,--requests", options.work.requests, "How many requests")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  CLI::Option* at_once = app.add_option("-j,--jobs", options.work.at_once, "How many at once (default: all)")
                             ->check(CLI::Range(1, 10'000));
  app.add_option("--models", names, "Which models, in this order")
      ->delimiter(',')
      ->check(CLI::Validator(check_model, "sequential,threads,async"))
      ->capture_default_str();
  app.add_flag("--json", options.is_json, "One JSON object instead of the text");
  app.add_option(child_option, child_name)->check(CLI::Validator(check_model, ""))->group("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? 0 : 2;
  }
  if (at_once->count() == 0) options.work.at_once = std::min(options.work.requests, 10'000);
  for (const std::string& name : names)
    if (const auto found = model_named(name)) options.models.push_back(*found);
  options.child_model = model_named(child_name);
  return -1;
}

void compare(const bench_options& options) {
  std::vector<measurement> measured;
  for (const model each : options.models) {
    measured.push_back(measure_in_child(each, options.work));
    if (options.is_json) continue;
    std::printf("%s\n", line_of(measured.back()).c_str());
    std::fflush(stdout);
  }
  if (options.is_json) {
    std::printf("%s\n", json_of(options.work, measured).c_str());
  } else {
    std::printf("\n%s\n%s\n", table_of(measured).c_str(), verdict_on(measured).text.c_str());
  }
}

}  // namespace
}  // namespace overlap::bench

int run_bench(int argc, char** argv) {
  using namespace overlap::bench;
  bench_options options;
  if (const int code = parse(argc, argv, options); code >= 0) return code;
  if (options.child_model) return run_as_child(*options.child_model, options.work);
  try {
    compare(options);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "overlap bench: %s\n", failure.what());
    return 1;
  }
}
