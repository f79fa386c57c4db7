// tools/overlap/progress_meter.hpp
//
// How fast it goes, and how long it will take.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace overlap::get {

/// Looks back over the last seconds, so that a change of speed shows soon and a hiccup does not.
class progress_meter {
 public:
  /// What is known at the moment `seconds` (since the start, never less than before).
  void add(double seconds, std::uint64_t bytes, double fraction);

  /// Over the last ten seconds.
  [[nodiscard]] double bytes_per_second() const;
  /// For the rest of the work; nothing as long as there is nothing to judge by.
  [[nodiscard]] std::optional<double> seconds_left() const;

 private:
  struct sample {
    double seconds;
    std::uint64_t bytes;
    double fraction;
  };
  std::deque<sample> samples_;  // never empty after add(): one at or before the window's start, if there is
};

}  // namespace overlap::get
