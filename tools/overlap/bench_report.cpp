// tools/overlap/bench_report.cpp
#include "bench_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <tuple>

namespace overlap::bench {

namespace {

// Two models count as equally fast within this share and this many seconds: a timer's noise is no advantage.
constexpr double same_share = 0.10;
constexpr double same_seconds = 0.02;
// From this factor on a difference in cost is worth a word.
constexpr double notable_factor = 1.2;
constexpr double mebibyte = 1024.0 * 1024.0;

template <class... Values>
std::string text_of(const char* format, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

const measurement* find(const std::vector<measurement>& measured, model which) {
  const auto found = std::ranges::find(measured, which, &measurement::which);
  return found == measured.end() ? nullptr : &*found;
}

const measurement& baseline_of(const std::vector<measurement>& measured) {
  if (const measurement* sequential = find(measured, model::sequential)) return *sequential;
  return *std::ranges::max_element(measured, {}, &measurement::seconds);
}

const measurement& best_of(const std::vector<measurement>& measured) {
  const double fastest = std::ranges::min(measured, {}, &measurement::seconds).seconds;
  const double limit = fastest * (1 + same_share) + same_seconds;
  return *std::ranges::min_element(measured, {}, [limit](const measurement& each) {
    return std::tuple(each.seconds > limit, each.threads, each.which);
  });
}

double factor(double greater, double less) { return less > 0 ? greater / less : 0; }

/// "1.8 times as fast as 21 threads, for …": how the best one stands to another, in speed and then in costs.
std::string compared(const measurement& best, const measurement& other) {
  const std::string rival = other.which == model::threads ? std::to_string(other.threads) + " threads"
                                                          : std::string(name_of(other.which));
  const double speed = factor(other.seconds, best.seconds);
  std::string text = (speed >= 1 + same_share ? text_of("%.1f times ", speed) : "") + "as fast as " + rival;
  std::vector<std::string> savings;
  const double memory =
      factor(static_cast<double>(other.peak_memory_bytes), static_cast<double>(best.peak_memory_bytes));
  const double processor = factor(other.cpu_seconds, best.cpu_seconds);
  const double switches = factor(static_cast<double>(other.context_switches),
                                 static_cast<double>(std::max<std::uint64_t>(best.context_switches, 1)));
  if (memory >= notable_factor) savings.push_back(text_of("%.1f times less memory", memory));
  if (processor >= notable_factor) savings.push_back(text_of("%.1f times less CPU", processor));
  if (switches >= notable_factor) savings.push_back(text_of("%.1f times fewer context switches", switches));
  for (std::size_t index = 0; index < savings.size(); ++index)
    text.append(index == 0 ? ", for " : index + 1 == savings.size() ? " and " : ", ").append(savings[index]);
  return text;
}

/// Rounded down to a tenth: what is not all of it must not read 100 %.
std::string percent_of(double share) { return text_of("%.4g %%", std::floor(share * 1000) / 10); }

std::string reason_for(const measurement& best, const std::vector<measurement>& measured) {
  const double waiting = waiting_share(measured);
  const std::string waits = "the requests wait " + percent_of(waiting) + " of their time";
  const measurement* other = find(measured, best.which == model::async ? model::threads : model::async);
  const std::string against = other == nullptr ? std::string() : compared(best, *other);
  switch (best.which) {
    case model::sequential:
      return waiting >= 0.5
                 ? waits +
                       ", but overlapping them gains nothing: there are too few, or the server answers "
                       "one at a time"
                 : "overlapping gains nothing here, and one request after the other is the simplest";
    case model::async:
      return waits + ", and one thread overlaps them" + (against.empty() ? "" : ": " + against);
    case model::threads:
      return (waiting >= 0.5 ? waits
                             : text_of("the requests keep a processor busy %.0f %% of their time",
                                       100 * (1 - waiting))) +
             ", and threads overlap them" + (against.empty() ? "" : ": " + against);
  }
  return {};
}

}  // namespace

std::string line_of(const measurement& measured) {
  return text_of("%-12s: %.2fs", title_of(measured.which), measured.seconds);
}

std::string table_of(const std::vector<measurement>& measured) {
  std::string table = "Model         Time s  Speed-up   CPU s  Peak MiB  Threads  Context switches\n";
  const double baseline = baseline_of(measured).seconds;
  for (const measurement& each : measured)
    table += text_of("%-12s %7.2f  %7.1fx  %6.3f  %8.1f  %7d  %16llu\n", title_of(each.which), each.seconds,
                     factor(baseline, each.seconds), each.cpu_seconds,
                     static_cast<double>(each.peak_memory_bytes) / mebibyte, each.threads,
                     static_cast<unsigned long long>(each.context_switches));
  return table;
}

double waiting_share(const std::vector<measurement>& measured) {
  const measurement* sequential = find(measured, model::sequential);
  const measurement& from = sequential == nullptr ? measured.front() : *sequential;
  if (from.request_seconds <= 0) return 0;
  return std::clamp(1 - from.cpu_seconds / from.request_seconds, 0.0, 1.0);
}

verdict verdict_on(const std::vector<measurement>& measured) {
  const measurement& best = best_of(measured);
  const std::string name(name_of(best.which));
  if (measured.size() == 1)
    return {best.which, "Only " + name + " was measured: name two models to compare them."};
  return {best.which, "Take " + name + ": " + reason_for(best, measured) + "."};
}

std::string json_of(const workload& work, const std::vector<measurement>& measured) {
  const double baseline = baseline_of(measured).seconds;
  nlohmann::json models = nlohmann::json::array();
  for (const measurement& each : measured)
    models.push_back({{"model", name_of(each.which)},
                      {"seconds", each.seconds},
                      {"speed_up", factor(baseline, each.seconds)},
                      {"cpu_seconds", each.cpu_seconds},
                      {"peak_memory_bytes", each.peak_memory_bytes},
                      {"threads", each.threads},
                      {"context_switches", each.context_switches}});
  const verdict chosen = verdict_on(measured);
  const nlohmann::json all = {
      {"url", work.url},         {"requests", work.requests},
      {"at_once", work.at_once}, {"waiting_share", waiting_share(measured)},
      {"models", models},        {"verdict", {{"model", name_of(chosen.which)}, {"text", chosen.text}}}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace overlap::bench
