// tools/overlap/progress_text.cpp
#include "progress_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace overlap::get {

namespace {

constexpr std::size_t bar_columns_max = 40;
constexpr std::size_t bar_columns_min = 10;

struct code_point {
  char32_t value;
  std::size_t bytes;
};

// A byte that is no UTF-8 counts as a character of its own.
code_point first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (length == 1 || text.size() < length) return {lead, 1};
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t index = 1; index < length; ++index) {
    const auto next = static_cast<unsigned char>(text[index]);
    if ((next & 0xC0U) != 0x80) return {lead, 1};
    value = (value << 6U) | (next & 0x3FU);
  }
  return {value, length};
}

// wcwidth(3) in rough: it would need a locale, which a program should not set for a few file names.
std::size_t columns_of_point(char32_t point) {
  struct range {
    char32_t first, last;
  };
  constexpr range none[] = {{0x300, 0x36F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}};
  constexpr range wide[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                            {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                            {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
  const auto holds = [point](const range& each) { return point >= each.first && point <= each.last; };
  if (std::any_of(std::begin(none), std::end(none), holds)) return 0;
  return std::any_of(std::begin(wide), std::end(wide), holds) ? 2 : 1;
}

std::string bar(double fraction, std::size_t columns) {
  const auto filled = static_cast<std::size_t>(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(columns));
  std::string text = "[" + std::string(filled, '=');
  if (filled < columns) text += '>' + std::string(columns - filled - 1, ' ');
  return text + "]";
}

std::string files_text(const progress_view& view) {
  std::string text = std::to_string(view.files_ended) + "/" + std::to_string(view.files_total) + " files";
  if (view.files_failed != 0) text += " (" + std::to_string(view.files_failed) + " failed)";
  return text;
}

std::string flight_line(const flight_view& flight, std::size_t columns) {
  std::string state = flight.remark;
  if (state.empty()) {
    state = bytes_text(static_cast<double>(flight.bytes));
    if (flight.bytes_total) state += " of " + bytes_text(static_cast<double>(*flight.bytes_total));
  }
  constexpr std::size_t name_columns_min = 12;
  if (columns < name_columns_min + 4 + state.size()) return fitted("  " + flight.name, columns);
  const std::size_t name_columns = std::min<std::size_t>(columns - state.size() - 4, 48);
  std::string name = fitted(flight.name, name_columns);
  name.append(name_columns - columns_of(name), ' ');
  return "  " + name + "  " + state;
}

}  // namespace

std::string bytes_text(double bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  // 1023.95 would be printed as 1024.0.
  while (bytes >= (unit == 0 ? 1023.5 : 1023.95) && unit + 1 < std::size(units)) {
    bytes /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

std::string time_text(std::optional<double> seconds) {
  if (!seconds || !(*seconds >= 0)) return "-:--";
  if (*seconds >= 2 * 86'400.0) {
    const double days = std::min(std::round(*seconds / 86'400), 9999.0);
    return std::to_string(static_cast<int>(days)) + " days";
  }
  const int whole = static_cast<int>(std::ceil(*seconds));
  char text[32];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%d:%02d", whole / 60, whole % 60);
  }
  return text;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const code_point point = first_of(text);
    columns += columns_of_point(point.value);
    text.remove_prefix(point.bytes);
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t used = 1;  // the mark of the cut
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const code_point point = first_of(text.substr(bytes));
    used += columns_of_point(point.value);
    if (used > columns) break;
    bytes += point.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string bar_line(const progress_view& view, std::size_t columns) {
  char percent[8];
  std::snprintf(percent, sizeof percent, "%3.0f%%", std::floor(std::clamp(view.fraction, 0.0, 1.0) * 100));
  const std::string numbers = "  " + files_text(view) + "  " + bytes_text(static_cast<double>(view.bytes)) +
                              "  " + bytes_text(view.bytes_per_second) + "/s  " +
                              time_text(view.seconds_left) + " left";
  const std::string right = percent + numbers;
  // What does not fit goes: first the bar, then the end of the text.
  if (columns < right.size() + bar_columns_min + 3) return fitted(right, columns);
  const std::size_t bar_columns = std::min(columns - right.size() - 3, bar_columns_max);
  return bar(view.fraction, bar_columns) + " " + right;
}

std::vector<std::string> bar_lines(const progress_view& view, std::size_t columns, std::size_t rows) {
  std::vector<std::string> lines;
  if (rows == 0) return lines;
  lines.push_back(bar_line(view, columns));
  std::size_t room = rows - 1;
  const bool is_cut = view.in_flight_count > std::min(room, view.in_flight.size());
  if (is_cut && room > 0) --room;  // for the line that says so
  const std::size_t shown = std::min(room, view.in_flight.size());
  for (std::size_t index = 0; index < shown; ++index)
    lines.push_back(flight_line(view.in_flight[index], columns));
  if (is_cut && lines.size() < rows)
    lines.push_back(fitted("  … and " + std::to_string(view.in_flight_count - shown) + " more", columns));
  return lines;
}

std::string plain_line(const progress_view& view) {
  return files_text(view) + ", " + bytes_text(static_cast<double>(view.bytes)) + ", " +
         bytes_text(view.bytes_per_second) + "/s, " + std::to_string(view.in_flight_count) + " in flight, " +
         time_text(view.seconds_left) + " left";
}

}  // namespace overlap::get
