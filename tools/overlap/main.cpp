// tools/overlap/main.cpp
//
// The command overlap: the first word says what to do.
#include <cstdio>
#include <exception>
#include <string_view>

#include "serve.hpp"
#ifdef OVERLAP_HAS_HTTP
#  include "bench.hpp"
#  include "get.hpp"
#endif

namespace {

struct verb {
  std::string_view name;
  int (*run)(int argc, char** argv);
  const char* summary;
};

constexpr verb verbs[] = {
#ifdef OVERLAP_HAS_HTTP
    {"get", run_get, "download many URLs at once"},
    {"bench", run_bench, "compare sequential, threads and async on one URL"},
#endif
    {"serve", run_serve, "a server on the loopback that is slow, broken or large on demand"},
};

void print_help(std::FILE* stream) {
  std::fputs("Usage: overlap VERB [OPTIONS]\n\n", stream);
  for (const verb& each : verbs) std::fprintf(stream, "  %-8s%s\n", each.name.data(), each.summary);
  std::fputs("\noverlap VERB --help tells more; overlap --version gives the version.\n", stream);
#ifndef OVERLAP_HAS_HTTP
  std::fputs("get and bench are not built: they need libcurl (OVERLAP_HTTP).\n", stream);
#endif
}

int run(int argc, char** argv) {
  if (argc < 2) {
    print_help(stderr);
    return 2;
  }
  const std::string_view word = argv[1];
  if (word == "--help" || word == "-h" || word == "help") {
    print_help(stdout);
    return 0;
  }
  if (word == "--version") {
    std::puts("overlap " OVERLAP_VERSION);
    return 0;
  }
  for (const verb& each : verbs)
    if (each.name == word) return each.run(argc - 1, argv + 1);
  std::fprintf(stderr, "overlap: there is no verb '%s'; see overlap --help\n", argv[1]);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "overlap: %s\n", failure.what());
    return 1;
  }
}
