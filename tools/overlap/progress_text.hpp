// tools/overlap/progress_text.hpp
//
// How far the downloads are, in words and bars. Pure functions: what is shown depends on the arguments only.
//
// Threads: functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::get {

/// A download in flight.
struct flight_view {
  std::string name;
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> bytes_total;
  std::string remark;  ///< instead of the bytes: "again in 3 s"
};

/// A moment of the whole.
struct progress_view {
  std::size_t files_total = 0;
  std::size_t files_ended = 0;  ///< whole, skipped or failed
  std::size_t files_failed = 0;
  std::uint64_t bytes = 0;
  double fraction = 0;  ///< of the work, 0 to 1
  double bytes_per_second = 0;
  std::optional<double> seconds_left{};
  std::vector<flight_view> in_flight{};  ///< those shown; the oldest first
  std::size_t in_flight_count = 0;
};

/// "0 B", "999 B", "1.5 KiB", "12.0 MiB".
std::string bytes_text(double bytes);
/// "0:05", "12:34", "1:02:03", "3 days"; "-:--" for nothing.
std::string time_text(std::optional<double> seconds);

/// How many columns of a terminal `text` (UTF-8) takes.
std::size_t columns_of(std::string_view text);
/// `text` cut to `columns`, with "…" at the place of the cut.
std::string fitted(std::string_view text, std::size_t columns);

/// One line: the bar with total, rate and time left. Never wider than `columns`.
std::string bar_line(const progress_view& view, std::size_t columns);
/// The bar and, below, what is in flight: at most `rows` lines, none wider than `columns`.
std::vector<std::string> bar_lines(const progress_view& view, std::size_t columns, std::size_t rows);
/// One line for a log.
std::string plain_line(const progress_view& view);

}  // namespace overlap::get
