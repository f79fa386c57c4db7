// tests/tools/get_report_test.cpp
#include "get_report.hpp"

#include <gtest/gtest.h>

namespace overlap::get {
namespace {

TEST(SummaryText, SaysOnlyWhatHappened) {
  EXPECT_EQ(summary_text({.total = 3, .downloaded = 3, .bytes = 3072, .seconds = 2}),
            "3 of 3 files downloaded, 3.0 KiB in 2.0 s (1.5 KiB/s)");
  EXPECT_EQ(summary_text({.total = 2, .skipped = 2}), "0 of 2 files downloaded, 0 B in 0.0 s, 2 skipped");
}

TEST(SummaryText, CountsWhatWentWrong) {
  EXPECT_EQ(summary_text({.total = 9,
                          .downloaded = 1,
                          .failed = 2,
                          .unfinished = 6,
                          .retries = 1,
                          .seconds = 1,
                          .ended_by = "SIGINT"}),
            "ended by SIGINT: 1 of 9 files downloaded, 0 B in 1.0 s, 2 failed, "
            "6 not finished (go on with --skip-existing), 1 retry");
}

class GetReport : public testing::Test {
 protected:
  // What a report with these options prints about one failure and a summary.
  static std::string printed(const get_options& options) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    get_report report(options);
    report.finished({.url = "http://a/\x1b[2J", .attempts = 3, .error = "503\nmore"});
    report.summary({.total = 1, .failed = 1, .exit_code = 1});
    return testing::internal::GetCapturedStdout() + "|" + testing::internal::GetCapturedStderr();
  }
};

TEST_F(GetReport, WhatOthersSayCannotSteerTheTerminal) {
  EXPECT_EQ(printed({}),
            "|overlap get: failed: http://a/?[2J: 503?more (after 3 tries)\n"
            "overlap get: 0 of 1 files downloaded, 0 B in 0.0 s, 1 failed\n");
}

TEST_F(GetReport, QuietStillGivesTheEventsThatWereAskedFor) {
  get_options options;
  options.is_quiet = true;
  EXPECT_EQ(printed(options), "|");
  options.is_json = true;
  const std::string text = printed(options);
  EXPECT_TRUE(text.starts_with("{\"event\":\"finish\"")) << text;
  EXPECT_TRUE(text.ends_with("}\n|")) << text;
}

TEST_F(GetReport, TheBarIsDrawnAndTakenAway) {
  get_options options;
  options.progress = progress_mode::bar;
  testing::internal::CaptureStderr();
  {
    get_report report(options);
    EXPECT_FALSE(report.show_interval().is_infinite());
    report.show({.files_total = 2, .files_ended = 1, .fraction = 0.5});
    report.finished({.url = "http://a/x", .attempts = 1, .error = "404"});
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(text.starts_with("\x1b[?25l[=====")) << text;
  EXPECT_NE(text.find("overlap get: failed: http://a/x: 404\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with(show_cursor)) << text;
}

TEST_F(GetReport, WithoutATerminalThereIsALineNowAndThen) {
  get_options options;
  options.progress = progress_mode::plain;
  testing::internal::CaptureStderr();
  get_report(options).show({.files_total = 2, .files_ended = 1, .fraction = 0.5});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "overlap get: 1/2 files, 0 B, 0 B/s, 0 in flight, -:-- left\n");
}

}  // namespace
}  // namespace overlap::get
