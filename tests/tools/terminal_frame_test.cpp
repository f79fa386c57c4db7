// tests/tools/terminal_frame_test.cpp
#include "terminal_frame.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace overlap::get {
namespace {

/// As much of a terminal as the frame uses: rows of text, a cursor, and what its sequences do to them.
class screen {
 public:
  void write(std::string_view bytes) {
    while (!bytes.empty()) bytes.remove_prefix(take(bytes));
  }
  /// The rows, without empty ones at the end.
  [[nodiscard]] std::vector<std::string> rows() const {
    auto found = rows_;
    while (!found.empty() && found.back().empty()) found.pop_back();
    return found;
  }
  [[nodiscard]] bool shows_cursor() const { return shows_cursor_; }

 private:
  std::size_t take(std::string_view bytes) {
    if (bytes.starts_with("\x1b[?25l")) return shows_cursor_ = false, 6;
    if (bytes.starts_with("\x1b[?25h")) return shows_cursor_ = true, 6;
    if (bytes.starts_with("\x1b[K")) return row().resize(std::min(row().size(), column_)), 3;
    if (bytes.starts_with("\x1b[J")) {
      row().resize(std::min(row().size(), column_));
      rows_.resize(line_ + 1);
      return 3;
    }
    if (bytes.starts_with("\x1b[")) {
      const std::size_t up = std::strtoul(bytes.data() + 2, nullptr, 10);
      EXPECT_LE(up, line_);
      line_ -= std::min(up, line_);
      return bytes.find('A') + 1;
    }
    if (bytes[0] == '\r') {
      column_ = 0;
    } else if (bytes[0] == '\n') {
      ++line_;
      column_ = 0;
      row();
    } else {
      row().resize(std::max(row().size(), column_ + 1), ' ');
      row()[column_++] = bytes[0];
    }
    return 1;
  }
  std::string& row() {
    if (rows_.size() <= line_) rows_.resize(line_ + 1);
    return rows_[line_];
  }

  std::vector<std::string> rows_;
  std::size_t line_ = 0, column_ = 0;
  bool shows_cursor_ = true;
};

using rows = std::vector<std::string>;

TEST(TerminalFrame, NewLinesTakeThePlaceOfTheOldOnes) {
  screen screen;
  terminal_frame frame;
  screen.write("before\n");
  screen.write(frame.draw({"bar 1", "one", "two"}, 80));
  EXPECT_EQ(screen.rows(), (rows{"before", "bar 1", "one", "two"}));
  EXPECT_FALSE(screen.shows_cursor());
  screen.write(frame.draw({"b 2", "x"}, 80));
  EXPECT_EQ(screen.rows(), (rows{"before", "b 2", "x"}));
  screen.write(frame.draw({"b 3", "x", "y", "z"}, 80));
  EXPECT_EQ(screen.rows(), (rows{"before", "b 3", "x", "y", "z"}));
}

TEST(TerminalFrame, TheEndLeavesTheTerminalAsItWas) {
  screen screen;
  terminal_frame frame;
  screen.write("before\n");
  screen.write(frame.draw({"bar", "one"}, 80));
  screen.write(frame.end(80));
  EXPECT_EQ(screen.rows(), rows{"before"});
  EXPECT_TRUE(screen.shows_cursor());
  EXPECT_EQ(frame.end(80), "");
}

TEST(TerminalFrame, TextAboveStaysForGood) {
  screen screen;
  terminal_frame frame;
  screen.write(frame.draw({"bar", "one"}, 80));
  screen.write(frame.draw({"bar", "one"}, 80, "a failed\n"));
  EXPECT_EQ(screen.rows(), (rows{"a failed", "bar", "one"}));
  screen.write(frame.draw({"bar"}, 80, "b failed\n"));
  screen.write(frame.end(80));
  EXPECT_EQ(screen.rows(), (rows{"a failed", "b failed"}));
}

TEST(TerminalFrame, LinesThatANarrowerWindowBrokeAreAllTakenAway) {
  screen screen;
  terminal_frame frame;
  (void)frame.draw({std::string(30, 'x'), "short"}, 40);
  // The window got narrower: the terminal made two rows of the first line.
  screen.write("before\n" + std::string(20, 'x') + "\n" + std::string(10, 'x') + "\nshort\n");
  screen.write(frame.draw({"bar"}, 20));
  EXPECT_EQ(screen.rows(), (rows{"before", "bar"}));
}

TEST(TerminalFrame, CanBeDrawnAgainAfterItsEnd) {
  screen screen;
  terminal_frame frame;
  screen.write(frame.draw({"bar"}, 80));
  screen.write(frame.end(80));
  screen.write("shell\n");
  screen.write(frame.draw({"bar"}, 80));
  EXPECT_EQ(screen.rows(), (rows{"shell", "bar"}));
  EXPECT_FALSE(screen.shows_cursor());
}

}  // namespace
}  // namespace overlap::get
