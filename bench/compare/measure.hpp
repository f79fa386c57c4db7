// bench/compare/measure.hpp
//
// How the programs of bench/compare measure; those in other languages follow the same rules by hand.
// A scenario is run in batches of so many operations until 0.2 s have been measured; the first batch warms up
// and is dropped; the figure is the median of the others, so that one that was interrupted does not count.
//
// Threads: one.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace compare {

/// Two batches only: for the smoke test, whose figures nobody reads.
inline bool is_quick = false;

inline void report(const char* scenario, double value, const char* unit) {
  std::printf("%s\t%.6g\t%s\n", scenario, value, unit);
}

/// A program that did not do its work has no figure.
inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "the work was not done: %s\n", what);
  std::exit(1);
}

/// `for (measurement batches("yield"); batches.want_more();) { batches.start(); …; batches.stop(10'000); }`
class measurement {
 public:
  /// `unit` is "ns", or "ms" for what takes so long.
  explicit measurement(const char* scenario, const char* unit = "ns") : scenario_(scenario), unit_(unit) {}
  measurement(const measurement&) = delete;
  measurement& operator=(const measurement&) = delete;
  ~measurement() {
    std::sort(each_.begin(), each_.end());
    const double nanoseconds_each = std::strcmp(unit_, "ms") == 0 ? 1e6 : 1;
    if (!each_.empty()) report(scenario_, each_[each_.size() / 2] / nanoseconds_each, unit_);
  }

  [[nodiscard]] bool want_more() const noexcept {
    return each_.size() < (is_quick ? 1 : 5) || (!is_quick && total_ < 2e8 && each_.size() < 100'000);
  }
  void start() noexcept { started_ = clock::now(); }
  void stop(std::int64_t operations) {
    const double took = std::chrono::duration<double, std::nano>(clock::now() - started_).count();
    if (!std::exchange(warm_, true)) return;
    total_ += took;
    each_.push_back(took / static_cast<double>(operations));
  }

 private:
  using clock = std::chrono::steady_clock;

  const char* scenario_;
  const char* unit_;
  clock::time_point started_;
  std::vector<double> each_;
  double total_ = 0;
  bool warm_ = false;
};

/// User and system time of this process.
inline double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

inline double peak_mebibytes() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

/// What this process has in memory now.
inline double resident_bytes() {
  long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// How many tasks sleep at once, and are idle at once.
inline int sleeper_count() { return is_quick ? 1'000 : 1'000'000; }
inline int idle_count() { return is_quick ? 1'000 : 200'000; }

/// When a sleeper wakes: after all have been started, and no two in the order of their start.
inline std::chrono::microseconds sleeper_delay(int index) {
  const std::chrono::microseconds spread((std::int64_t{index} * 7919) % 1'000'000);
  return is_quick ? spread / 1000 : std::chrono::seconds(2) + spread;
}

inline void report_sleepers() {
  report("sleepers_cpu", cpu_seconds(), "s");
  report("sleepers_memory", peak_mebibytes(), "MiB");
}

struct scenario {
  const char* name;
  void (*run)();
};

/// `program SCENARIO [quick]` runs one, `program --list` names them.
template <std::size_t Count>
int main_of(int argc, char** argv, const scenario (&scenarios)[Count]) {
  is_quick = argc > 2 && std::strcmp(argv[2], "quick") == 0;
  for (const scenario& each : scenarios) {
    if (argc > 1 && std::strcmp(argv[1], "--list") == 0) std::puts(each.name);
    if (argc > 1 && std::strcmp(argv[1], each.name) == 0) {
      each.run();
      return 0;
    }
  }
  if (argc > 1 && std::strcmp(argv[1], "--list") == 0) return 0;
  std::fprintf(stderr, "usage: %s SCENARIO [quick] | --list\n", argv[0]);
  return 2;
}

}  // namespace compare
