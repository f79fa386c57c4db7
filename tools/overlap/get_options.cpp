// tools/overlap/get_options.cpp
#include "get_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "get_errors.hpp"
#include "get_url.hpp"

namespace overlap::get {

namespace {

// Long enough for a server that thinks first, short enough for a night's list to end.
constexpr double stall_seconds_default = 60;

constexpr const char* footer_text =
    "A file is written as NAME.part and gets its name when it is whole; a file that is there already is\n"
    "never overwritten unless asked for. Failures that may pass (no connection, time-outs, cut bodies, 408,\n"
    "429, 5xx) are tried again. Times are seconds, or have a unit: 300ms, 10s, 5m, 1h; 0 is no limit.\n\n"
    "Messages and the bar go to standard error, --json to standard output.\n"
    "The first Ctrl-C ends all downloads cleanly, the second ends the program at once.\n\n"
    "Exit code: 0 all files are there and whole; 1 some are not; 2 wrong usage, nothing was sent;\n"
    "124 total time-out; 130 interrupted (143 by SIGTERM, 129 by SIGHUP).";

/// Options that are texts on the command line.
struct texts {
  std::string timeout, stall_timeout, total_timeout, retry_after_max;
  std::vector<std::string> headers;
  bool overwrite = false;
  bool skip_existing = false;
};

void add_limits(CLI::App& app, get_options& options, texts& texts) {
  app.add_option("-j,--jobs", options.jobs, "Downloads at once, in all")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--per-host", options.jobs_per_host, "Downloads at once from one host (name and port)")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--timeout", texts.timeout, "For one try, from the first step to the last byte (no limit)")
      ->type_name("TIME");
  app.add_option("--stall-timeout", texts.stall_timeout,
                 "Without a single byte (60s; no limit if --timeout is given)")
      ->type_name("TIME");
  app.add_option("--total-timeout", texts.total_timeout, "For everything; then the exit code is 124");
  app.add_option("--retries", options.retry.retries, "Tries after the first, after 0.5s..30s of backoff")
      ->check(CLI::Range(0, 1'000))
      ->capture_default_str();
  app.add_option("--retry-after-max", texts.retry_after_max,
                 "The longest pause that a server may ask for with Retry-After (60s)")
      ->type_name("TIME");
  app.add_option("--max-redirects", options.max_redirects, "Redirects to follow, for each URL")
      ->check(CLI::Range(0, 1'000))
      ->capture_default_str();
}

void add_options(CLI::App& app, get_options& options, texts& texts) {
  app.add_option("URL", options.urls, "What to download; - reads a list from standard input");
  app.add_option("-i,--input", options.list_files,
                 "A list of URLs, one a line, # for remarks; - is standard input")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("-d,--directory", options.folder, "Where to, created if missing")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("-o,--output", options.output_name, "The name of the file, for a single URL")
      ->type_name("FILE");
  auto* overwrite = app.add_flag("--overwrite", texts.overwrite, "Replace files that are there already");
  app.add_flag("--skip-existing", texts.skip_existing, "Leave out what is there already")
      ->excludes(overwrite);
  add_limits(app, options, texts);
  app.add_option("-H,--header", texts.headers, "A header field for every request: 'Name: value'")
      ->type_name("FIELD")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--cacert", options.ca_file, "Certificates to trust (PEM) instead of the system's")
      ->type_name("FILE");
  const std::map<std::string, progress_mode> modes = {{"auto", progress_mode::automatic},
                                                      {"bar", progress_mode::bar},
                                                      {"plain", progress_mode::plain},
                                                      {"none", progress_mode::none}};
  app.add_option("--progress", options.progress, "auto: a bar on a terminal, else a line every 10 s")
      ->transform(CLI::CheckedTransformer(modes, CLI::ignore_case).description("{auto,bar,plain,none}"))
      ->option_text("auto|bar|plain|none");
  app.add_flag("-q,--quiet", options.is_quiet, "Say nothing; the exit code tells");
  app.add_flag("--json", options.is_json,
               "A JSON object a line for each event and a summary, on standard output");
}

/// Does what CLI11 cannot check by itself.
void complete(get_options& options, const texts& texts) {
  const auto limit = [](const std::string& text, duration otherwise) {
    return text.empty() ? otherwise : parse_limit(text);
  };
  options.timeout = limit(texts.timeout, duration::infinite());
  options.total_timeout = limit(texts.total_timeout, duration::infinite());
  // Who says how long a try may last has said how long a silence may.
  options.stall_timeout =
      limit(texts.stall_timeout,
            texts.timeout.empty() ? duration::from_seconds(stall_seconds_default) : duration::infinite());
  options.retry.retry_after_max = limit(texts.retry_after_max, options.retry.retry_after_max);
  for (const std::string& header : texts.headers) {
    const http::field parsed = parse_header(header);
    options.headers.add(parsed.name, parsed.value);
  }
  if (!options.headers.contains("User-Agent")) options.headers.add("User-Agent", "overlap/" OVERLAP_VERSION);
  if (texts.overwrite) options.existing = existing_policy::overwrite;
  if (texts.skip_existing) options.existing = existing_policy::skip;
  if (options.urls.empty() && options.list_files.empty())
    throw usage_error("there is no URL: give some, or a list with -i FILE; see overlap get --help");
  if (options.output_name == "-")
    throw usage_error("-o - is not possible: a file is complete or absent, which a pipe cannot be");
}

}  // namespace

duration parse_limit(std::string_view text) {
  constexpr std::pair<std::string_view, double> units[] = {
      {"", 1}, {"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}};
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, seconds] : units) {
    if (failure != std::errc() || name != unit || !std::isfinite(number) || number < 0) continue;
    return number == 0 ? duration::infinite() : duration::from_seconds(number * seconds);
  }
  throw usage_error("'" + printable(text) + "' is no span of time: write seconds, or 300ms, 10s, 5m, 1h");
}

http::field parse_header(std::string_view text) {
  const std::size_t colon = text.find(':');
  // Else a header could hold another one.
  const bool has_control = std::any_of(text.begin(), text.end(), [](unsigned char each) {
    return (each < 0x20 && each != '\t') || each == 0x7f;
  });
  if (colon == std::string_view::npos || colon == 0 || has_control ||
      text.substr(0, colon).find_first_of(" \t") != std::string_view::npos)
    throw usage_error("'" + printable(text) + "' is no header: write -H 'Name: value'");
  std::string_view value = text.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  return {.name = std::string(text.substr(0, colon)), .value = std::string(value)};
}

std::optional<get_options> parse_get_options(int argc, char** argv, int& exit_code) {
  CLI::App app("Downloads many URLs at once.", "overlap get");
  app.footer(footer_text);
  get_options options;
  texts texts;
  add_options(app, options, texts);
  try {
    app.parse(argc, argv);
    complete(options, texts);
    return options;
  } catch (const CLI::ParseError& failure) {
    exit_code = app.exit(failure) == 0 ? 0 : 2;
  } catch (const usage_error& failure) {
    std::fprintf(stderr, "overlap get: %s\n", failure.what());
    exit_code = 2;
  }
  return std::nullopt;
}

}  // namespace overlap::get
