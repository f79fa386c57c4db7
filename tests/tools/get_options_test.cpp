// tests/tools/get_options_test.cpp
#include "get_options.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "get_errors.hpp"

namespace overlap::get {
namespace {

using namespace std::chrono_literals;

struct parsed {
  std::optional<get_options> options;
  int exit_code = -1;
  std::string said;
};

parsed parse(std::vector<std::string> words) {
  words.insert(words.begin(), "get");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  parsed result;
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  result.options = parse_get_options(static_cast<int>(arguments.size()), arguments.data(), result.exit_code);
  result.said = testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr();
  return result;
}

TEST(GetOptions, TheDefaultsAreWhatTheHelpSays) {
  const auto result = parse({"http://a/x"});
  ASSERT_TRUE(result.options);
  EXPECT_EQ(result.options->jobs, 16);
  EXPECT_EQ(result.options->jobs_per_host, 6);
  EXPECT_EQ(result.options->retry.retries, 3);
  EXPECT_EQ(result.options->folder, ".");
  EXPECT_EQ(result.options->existing, existing_policy::refuse);
  EXPECT_TRUE(result.options->timeout.is_infinite());
  EXPECT_TRUE(result.options->total_timeout.is_infinite());
  EXPECT_EQ(result.options->stall_timeout, duration(60s));
}

TEST(GetOptions, UrlsMayStandBeforeAndAfterOptions) {
  const auto result = parse({"http://a/1", "-j", "3", "-i", "list", "http://a/2", "-H", "A: b", "-"});
  ASSERT_TRUE(result.options);
  EXPECT_EQ(result.options->urls, (std::vector<std::string>{"http://a/1", "http://a/2", "-"}));
  EXPECT_EQ(result.options->list_files, std::vector<std::string>{"list"});
  EXPECT_EQ(result.options->jobs, 3);
  EXPECT_EQ(result.options->headers.at("a"), "b");
}

TEST(GetOptions, SeveralListsAndHeaders) {
  const auto result = parse({"-i", "one", "-i", "-", "-H", "A: 1", "-H", "B: 2"});
  ASSERT_TRUE(result.options);
  EXPECT_EQ(result.options->list_files, (std::vector<std::string>{"one", "-"}));
  EXPECT_EQ(result.options->headers.at("A"), "1");
  EXPECT_EQ(result.options->headers.at("B"), "2");
}

TEST(GetOptions, ATimeoutOfOnesOwnReplacesTheStallTimeout) {
  EXPECT_TRUE(parse({"http://a/x", "--timeout", "120"}).options->stall_timeout.is_infinite());
  EXPECT_EQ(parse({"http://a/x", "--timeout", "120", "--stall-timeout", "5s"}).options->stall_timeout,
            duration(5s));
}

TEST(GetOptions, WrongUsageIsExitCodeTwo) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"--no-such-option", "http://a/x"},
                                             {"-j", "0", "http://a/x"},
                                             {"-j", "many", "http://a/x"},
                                             {"--retries", "-1", "http://a/x"},
                                             {"--timeout", "soon", "http://a/x"},
                                             {"--timeout", "-1", "http://a/x"},
                                             {"--progress", "loud", "http://a/x"},
                                             {"-H", "no header", "http://a/x"},
                                             {"-o", "-", "http://a/x"},
                                             {"--overwrite", "--skip-existing", "http://a/x"}}) {
    const auto result = parse(words);
    EXPECT_FALSE(result.options);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_FALSE(result.said.empty());
  }
}

TEST(GetOptions, HelpIsNoError) {
  const auto result = parse({"--help"});
  EXPECT_FALSE(result.options);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.said.find("--per-host"), std::string::npos);
}

TEST(ParseLimit, TakesSecondsAndUnits) {
  EXPECT_EQ(parse_limit("10"), duration(10s));
  EXPECT_EQ(parse_limit("2.5"), duration(2500ms));
  EXPECT_EQ(parse_limit("300ms"), duration(300ms));
  EXPECT_EQ(parse_limit("1.5m"), duration(90s));
  EXPECT_EQ(parse_limit("2h"), duration(2h));
  EXPECT_TRUE(parse_limit("0").is_infinite());
  for (const char* wrong : {"", "s", "-1", "1x", "1 s", "nan", "inf", "1e999", "0x10"})
    EXPECT_THROW(parse_limit(wrong), usage_error) << wrong;
}

std::string parsed_header(std::string_view text) {
  const http::field field = parse_header(text);
  return field.name + "=" + field.value;
}

TEST(ParseHeader, TakesNameAndValue) {
  EXPECT_EQ(parsed_header("Accept: text/html"), "Accept=text/html");
  EXPECT_EQ(parsed_header("X-Time:12:30"), "X-Time=12:30");
  EXPECT_EQ(parsed_header("User-Agent:"), "User-Agent=");
}

TEST(ParseHeader, OneHeaderCannotHoldAnother) {
  for (const char* wrong : {"", ":", ": x", "no colon", "A: b\r\nEvil: c", "A b: c"})
    EXPECT_THROW(parse_header(wrong), usage_error) << wrong;
}

}  // namespace
}  // namespace overlap::get
