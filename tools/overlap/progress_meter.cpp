// tools/overlap/progress_meter.cpp
#include "progress_meter.hpp"

namespace overlap::get {

namespace {
constexpr double window_seconds = 10;
// Samples that follow each other faster add nothing.
constexpr double sample_seconds = 0.1;
}  // namespace

void progress_meter::add(double seconds, std::uint64_t bytes, double fraction) {
  const bool is_close =
      samples_.size() > 1 && seconds - samples_[samples_.size() - 2].seconds < sample_seconds;
  if (is_close) samples_.pop_back();
  samples_.push_back({seconds, bytes, fraction});
  while (samples_.size() > 2 && samples_[1].seconds <= seconds - window_seconds) samples_.pop_front();
}

double progress_meter::bytes_per_second() const {
  if (samples_.size() < 2) return 0;
  const double seconds = samples_.back().seconds - samples_.front().seconds;
  if (seconds <= 0) return 0;
  return static_cast<double>(samples_.back().bytes - samples_.front().bytes) / seconds;
}

std::optional<double> progress_meter::seconds_left() const {
  if (samples_.size() < 2) return std::nullopt;
  const sample& last = samples_.back();
  if (last.fraction >= 1) return 0;
  const double gained = last.fraction - samples_.front().fraction;
  const double seconds = last.seconds - samples_.front().seconds;
  if (gained > 0 && seconds > 0) return (1 - last.fraction) / (gained / seconds);
  // Nothing was gained lately: judge by the whole.
  if (last.fraction > 0) return (1 - last.fraction) / (last.fraction / last.seconds);
  return std::nullopt;
}

}  // namespace overlap::get
