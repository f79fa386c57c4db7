// tools/overlap/terminal_frame.hpp
//
// Some lines at the end of a terminal that are drawn again and again, as bytes to write.
//
// Threads: one at a time.
//
// Invariants
//   1. Every change is one string, so one write: the terminal never shows half of it.
//   2. The cursor is hidden from the first draw() to end(), and stands at the start of the line below.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::get {

class terminal_frame {
 public:
  /// Puts `lines`, none wider than `columns`, in the place of the former ones. Text in `above` (whole lines)
  /// stays for good, and scrolls away above them.
  [[nodiscard]] std::string draw(const std::vector<std::string>& lines, std::size_t columns,
                                 std::string_view above = {});

  /// Takes the lines away and shows the cursor again. Empty if nothing was drawn. `columns` is the width now.
  [[nodiscard]] std::string end(std::size_t columns);

  [[nodiscard]] bool is_drawn() const noexcept { return is_drawn_; }

 private:
  [[nodiscard]] std::string to_first_line(std::size_t columns) const;

  std::vector<std::size_t> widths_;  // of the lines on the screen
  bool is_drawn_ = false;
};

/// Shows the cursor: what a signal handler writes when the program ends in the middle.
inline constexpr std::string_view show_cursor = "\x1b[?25h";

}  // namespace overlap::get
