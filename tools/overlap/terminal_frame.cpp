// tools/overlap/terminal_frame.cpp
#include "terminal_frame.hpp"

#include <algorithm>

#include "progress_text.hpp"

namespace overlap::get {

namespace {
constexpr std::string_view hide_cursor = "\x1b[?25l";
constexpr std::string_view clear_to_line_end = "\x1b[K";
constexpr std::string_view clear_below = "\x1b[J";
}  // namespace

// When a window gets narrower, terminals break the lines that no longer fit: they stand in more rows then.
std::string terminal_frame::to_first_line(std::size_t columns) const {
  std::size_t rows = 0;
  for (const std::size_t width : widths_)
    rows += columns == 0 ? 1 : std::max<std::size_t>(1, (width + columns - 1) / columns);
  return rows == 0 ? "\r" : "\r\x1b[" + std::to_string(rows) + "A";
}

std::string terminal_frame::draw(const std::vector<std::string>& lines, std::size_t columns,
                                 std::string_view above) {
  std::string bytes;
  if (is_drawn_) {
    bytes += to_first_line(columns);
  } else {
    bytes += hide_cursor;
    is_drawn_ = true;
  }
  // Old rows are overwritten and only their rests cleared: nothing is blank for an instant.
  if (!above.empty()) bytes.append(clear_below).append(above);
  widths_.clear();
  for (const std::string& line : lines) {
    bytes.append(line).append(clear_to_line_end).append("\r\n");
    widths_.push_back(columns_of(line));
  }
  return bytes.append(clear_below);
}

std::string terminal_frame::end(std::size_t columns) {
  if (!is_drawn_) return {};
  std::string bytes = to_first_line(columns);
  bytes.append(clear_below).append(show_cursor);
  widths_.clear();
  is_drawn_ = false;
  return bytes;
}

}  // namespace overlap::get
