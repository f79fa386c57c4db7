// tests/tools/progress_text_test.cpp
#include "progress_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace overlap::get {
namespace {

progress_view some_view() {
  progress_view view;
  view.files_total = 100;
  view.files_ended = 25;
  view.bytes = 3 * 1024 * 1024;
  view.fraction = 0.255;
  view.bytes_per_second = 1.5 * 1024 * 1024;
  view.seconds_left = 6;
  view.in_flight = {{"one.bin", 512, 2048, ""}, {"two.bin", 10, std::nullopt, ""}};
  view.in_flight_count = 2;
  return view;
}

TEST(ProgressText, BytesHaveThreeDigitsAtMostBeforeThePoint) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1.0 KiB");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(bytes_text(5e9), "4.7 GiB");
  EXPECT_EQ(bytes_text(1e30).find("PiB"), bytes_text(1e30).size() - 3);
}

TEST(ProgressText, TimesAreRoundedUp) {
  EXPECT_EQ(time_text(0), "0:00");
  EXPECT_EQ(time_text(0.1), "0:01");
  EXPECT_EQ(time_text(65), "1:05");
  EXPECT_EQ(time_text(3723), "1:02:03");
  EXPECT_EQ(time_text(3 * 86'400.0), "3 days");
  EXPECT_EQ(time_text(std::nullopt), "-:--");
  EXPECT_EQ(time_text(std::numeric_limits<double>::infinity()), "9999 days");
  EXPECT_EQ(time_text(std::numeric_limits<double>::quiet_NaN()), "-:--");
}

TEST(ProgressText, ColumnsAreThoseOfATerminal) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("gr\u00FC\u00DFe"), 5U);
  EXPECT_EQ(columns_of("\u65E5\u672C"), 4U);
  EXPECT_EQ(columns_of("e\u0301"), 1U);
  EXPECT_EQ(columns_of("\xFF\xC3"), 2U);
}

TEST(ProgressText, WhatDoesNotFitIsCutBetweenCharacters) {
  EXPECT_EQ(fitted("abcdef", 6), "abcdef");
  EXPECT_EQ(fitted("abcdef", 4), "abc…");
  EXPECT_EQ(fitted("\u65E5\u672C\u8A9E", 4), "\u65E5…");
  EXPECT_EQ(fitted("abcdef", 1), "…");
  EXPECT_EQ(fitted("abcdef", 0), "");
}

TEST(BarLine, ShowsTotalRateAndTimeLeft) {
  EXPECT_EQ(bar_line(some_view(), 80),
            "[=======>                    ]  25%  25/100 files  3.0 MiB  1.5 MiB/s  0:06 left");
}

TEST(BarLine, NamesFailures) {
  progress_view view = some_view();
  view.files_failed = 2;
  EXPECT_NE(bar_line(view, 100).find("25/100 files (2 failed)"), std::string::npos);
}

TEST(BarLine, TheBarIsFullOnlyAtTheEnd) {
  progress_view view = some_view();
  view.fraction = 0.9999;
  EXPECT_NE(bar_line(view, 120).find(" 99%"), std::string::npos);
  EXPECT_NE(bar_line(view, 120).find(">]"), std::string::npos);
  view.fraction = 1;
  EXPECT_NE(bar_line(view, 120).find("=] 100%"), std::string::npos);
}

TEST(BarLine, ANarrowTerminalLosesTheBarFirst) {
  const std::string line = bar_line(some_view(), 60);
  EXPECT_EQ(line.find('['), std::string::npos);
  EXPECT_NE(line.find("0:06 left"), std::string::npos);
}

TEST(BarLines, NeverExceedTheTerminal) {
  progress_view view = some_view();
  view.in_flight.push_back({std::string(300, 'x'), 1, std::nullopt, std::string(300, 'y')});
  view.in_flight.push_back({"\u65E5\u672C\u8A9E.txt", 1, 2, ""});
  view.in_flight_count = 50;
  for (std::size_t columns = 0; columns < 200; ++columns) {
    for (std::size_t rows = 0; rows < 9; ++rows) {
      const auto lines = bar_lines(view, columns, rows);
      ASSERT_LE(lines.size(), rows);
      for (const std::string& line : lines) ASSERT_LE(columns_of(line), columns) << line;
    }
  }
}

TEST(BarLines, ShowWhatIsInFlight) {
  const auto lines = bar_lines(some_view(), 80, 7);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[1].find("one.bin"), std::string::npos);
  EXPECT_NE(lines[1].find("512 B of 2.0 KiB"), std::string::npos);
  EXPECT_NE(lines[2].find("10 B"), std::string::npos);
}

TEST(BarLines, SayHowManyAreNotShown) {
  progress_view view = some_view();
  view.in_flight_count = 7;
  EXPECT_EQ(bar_lines(view, 80, 7).back(), "  … and 5 more");
  EXPECT_EQ(bar_lines(view, 80, 3).back(), "  … and 6 more");
  EXPECT_EQ(bar_lines(view, 80, 1).size(), 1U);
}

TEST(BarLines, ARemarkStandsForTheBytes) {
  progress_view view = some_view();
  view.in_flight[0].remark = "again in 0:03: 503";
  EXPECT_NE(bar_lines(view, 80, 7)[1].find("again in 0:03: 503"), std::string::npos);
}

TEST(PlainLine, IsOneLineWithEverything) {
  EXPECT_EQ(plain_line(some_view()), "25/100 files, 3.0 MiB, 1.5 MiB/s, 2 in flight, 0:06 left");
}

}  // namespace
}  // namespace overlap::get
