// tests/tools/get_command_test.cpp
//
// `overlap get` as its users meet it: exit codes, files and words. tests/integration goes further, with the
// optimised build; these few run under every sanitizer.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "scratch_folder.hpp"

namespace overlap::get {
namespace {

using names = std::set<std::string>;
using texts = std::vector<std::string>;

struct outcome {
  int exit_code;
  std::string output;
  std::string errors;
};

class GetCommand : public testing::Test {
 protected:
  [[nodiscard]] texts arguments(const texts& given) const {
    texts all = {"get", "-d", out()};
    all.insert(all.end(), given.begin(), given.end());
    return all;
  }
  outcome get(const texts& given) const {
    command get(arguments(given));
    const int exit_code = get.wait();
    return {exit_code, get.output, get.errors};
  }
  [[nodiscard]] std::string out() const { return scratch.path(); }
  [[nodiscard]] std::string url(std::string_view path) const { return server.url(path); }

  scratch_folder scratch;
  test_server server;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::vector<nlohmann::json> events_of(const std::string& output) {
  std::vector<nlohmann::json> events;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) events.push_back(nlohmann::json::parse(line));
  return events;
}

TEST_F(GetCommand, WholeFilesAreThereAndTheExitCodeIsZero) {
  const outcome result = get({url("/bytes/1000/a"), url("/bytes/300000/b"), url("/redirect/3/c")});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(scratch.names(), (names{"a", "b", "c"}));
  EXPECT_EQ(scratch.text_of("a").size(), 1000U);
  EXPECT_EQ(scratch.text_of("b").size(), 300'000U);
  EXPECT_TRUE(has(result.errors, "3 of 3 files downloaded"));
  EXPECT_EQ(result.output, "");
}

TEST_F(GetCommand, AnErrorInTheMiddleIsNamedAndTheOthersAreWhole) {
  const outcome result = get({url("/bytes/10/a"), url("/status/404/b"), url("/bytes/20/c")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(scratch.names(), (names{"a", "c"}));
  EXPECT_TRUE(has(result.errors, url("/status/404/b") + ": status 404 Not Found\n")) << result.errors;
}

TEST_F(GetCommand, ACutBodyLeavesNoFile) {
  const outcome result = get({"--retries", "0", url("/cut/100000/a")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(scratch.names(), names{});
  EXPECT_TRUE(has(result.errors, "cut off")) << result.errors;
}

TEST_F(GetCommand, ARefusalThatPassesIsTriedAgain) {
  const outcome result = get({"--json", url("/flaky/1/503/a")});
  EXPECT_EQ(result.exit_code, 0);
  const auto events = events_of(result.output);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0]["event"], "start");
  EXPECT_EQ(events[1]["event"], "retry");
  EXPECT_EQ(events[1]["status"], 503);
  EXPECT_EQ(events[2]["event"], "finish");
  EXPECT_EQ(events[2]["attempts"], 2);
  EXPECT_EQ(events[2]["file"], scratch / "a");
  EXPECT_EQ(events[2]["bytes"], scratch.text_of("a").size());
  EXPECT_TRUE(events[2]["error"].is_null());
  EXPECT_EQ(events[3]["event"], "summary");
  EXPECT_EQ(events[3]["retries"], 1);
}

TEST_F(GetCommand, RetriesCanBeForbidden) {
  EXPECT_EQ(get({"--retries", "0", url("/flaky/1/503/a")}).exit_code, 1);
  EXPECT_EQ(scratch.names(), names{});
}

TEST_F(GetCommand, AnExistingFileIsRefusedSkippedOrReplaced) {
  scratch.write("a", "mine");
  const outcome refused = get({url("/bytes/10/a"), url("/bytes/10/b")});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(has(refused.errors, "exists already"));
  EXPECT_EQ(scratch.names(), names{"a"});

  EXPECT_EQ(get({"--skip-existing", url("/bytes/10/a"), url("/bytes/10/b")}).exit_code, 0);
  EXPECT_EQ(scratch.text_of("a"), "mine");
  EXPECT_EQ(scratch.names(), (names{"a", "b"}));

  EXPECT_EQ(get({"--overwrite", url("/bytes/10/a")}).exit_code, 0);
  EXPECT_EQ(scratch.text_of("a").size(), 10U);
}

TEST_F(GetCommand, TheNameMayBeGiven) {
  EXPECT_EQ(get({"-o", "name.bin", url("/bytes/10/a")}).exit_code, 0);
  EXPECT_EQ(scratch.names(), names{"name.bin"});
}

TEST_F(GetCommand, ListsAndHeaders) {
  scratch.write("list", "# two\n" + url("/headers/a") + "\n\n" + url("/bytes/10/b") + "\n");
  EXPECT_EQ(get({"-i", scratch / "list", "-H", "X-Test: there"}).exit_code, 0);
  EXPECT_TRUE(has(scratch.text_of("a"), "there"));
  EXPECT_TRUE(has(scratch.text_of("a"), "overlap/"));
  EXPECT_EQ(scratch.text_of("b").size(), 10U);
}

TEST_F(GetCommand, WrongUsageSendsNothing) {
  for (const texts& given : std::vector<texts>{{},
                                               {"ftp://a/x", url("/bytes/1/y")},
                                               {url("/bytes/1/x"), url("/bytes/2/x")},
                                               {"-i", scratch / "absent"},
                                               {"--cacert", scratch / "absent", url("/bytes/1/x")}}) {
    const outcome result = get(given);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_FALSE(result.errors.empty());
    EXPECT_EQ(scratch.names(), names{});
  }
}

TEST_F(GetCommand, NobodyListening) {
  const outcome result = get({"--retries", "0", "http://127.0.0.1:1/a"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(has(result.errors, "ECONNREFUSED")) << result.errors;
}

TEST_F(GetCommand, QuietIsSilent) {
  const outcome result = get({"-q", "--retries", "0", url("/bytes/10/a"), url("/status/500/b")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.errors, "");
  EXPECT_EQ(result.output, "");
}

TEST_F(GetCommand, ATimeoutOfOneTry) {
  const outcome result = get({"--timeout", "10ms", "--retries", "0", url("/delay/1000/a")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(scratch.names(), names{});
}

TEST_F(GetCommand, ASilentServerIsGivenUp) {
  const outcome result = get({"--stall-timeout", "10ms", "--retries", "0", url("/delay/1000/a")});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(has(result.errors, "not a single byte")) << result.errors;
}

TEST_F(GetCommand, TheTotalTimeoutEndsEverything) {
  const outcome result = get({"--json", "--total-timeout", "100ms", url("/delay/1000/a")});
  EXPECT_EQ(result.exit_code, 124);
  const auto events = events_of(result.output);
  EXPECT_EQ(events.back()["unfinished"], 1);
  EXPECT_EQ(events.back()["exit_code"], 124);
  EXPECT_EQ(scratch.names(), names{});
}

TEST(Command, TheFirstWordIsTheVerb) {
  command version({"--version"}), help({"--help"}), none({}), unknown({"frobnicate"});
  EXPECT_EQ(version.wait(), 0);
  EXPECT_TRUE(version.output.starts_with("overlap "));
  EXPECT_EQ(help.wait(), 0);
  EXPECT_TRUE(has(help.output, "download many URLs"));
  EXPECT_EQ(none.wait(), 2);
  EXPECT_TRUE(has(none.errors, "Usage"));
  EXPECT_EQ(unknown.wait(), 2);
  EXPECT_TRUE(has(unknown.errors, "frobnicate"));
}

class GetCommandSignal : public GetCommand, public testing::WithParamInterface<int> {};

TEST_P(GetCommandSignal, EndsCleanlyWithASummary) {
  command get(
      arguments({"--json", "-j", "2", url("/bytes/10/a"), url("/drip/b?duration=1000&numbytes=1000&delay=0"),
                 url("/delay/1000/c"), url("/delay/1000/d")}));
  // Once a is whole, b and c run; d has not begun.
  EXPECT_TRUE(has(get.read_line_with("\"finish\""), "/a"));
  EXPECT_TRUE(has(get.read_line_with("/c"), "\"start\""));
  get.send(GetParam());
  EXPECT_EQ(get.wait(), 128 + GetParam()) << get.errors;
  EXPECT_EQ(scratch.names(), names{"a"});
  const auto events = events_of(get.output);
  ASSERT_EQ(events.size(), 3U) << get.output;
  EXPECT_TRUE(has(events[0]["error"], "ended by SIG"));
  EXPECT_EQ(events[2]["event"], "summary");
  EXPECT_EQ(events[2]["downloaded"], 1);
  EXPECT_EQ(events[2]["unfinished"], 3);
  EXPECT_EQ(events[2]["exit_code"], 128 + GetParam());
  EXPECT_TRUE(has(get.errors, "1 of 4 files downloaded"));
}

INSTANTIATE_TEST_SUITE_P(, GetCommandSignal, testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& tested) { return "Signal" + std::to_string(tested.param); });

TEST_F(GetCommand, TheTerminalIsLeftAsItWas) {
  if (!command::has_terminals()) GTEST_SKIP() << "no terminal can be made here: is /dev/pts mounted?";
  command get(arguments({"--progress", "bar", url("/delay/1000/a")}), true);
  get.wait_for_error_text("0/1 files");
  get.send(SIGINT);
  EXPECT_EQ(get.wait(), 128 + SIGINT);
  const std::size_t hidden = get.errors.find("\x1b[?25l");
  const std::size_t shown = get.errors.rfind("\x1b[?25h");
  const std::size_t summary = get.errors.find("ended by SIGINT");
  EXPECT_EQ(hidden, 0U);
  EXPECT_LT(hidden, shown);
  EXPECT_LT(shown, summary);
  EXPECT_EQ(get.errors.find("\x1b[?25l", shown), std::string::npos);
}

TEST_F(GetCommand, AReaderOfTheEventsThatLeavesEndsIt) {
  command get(arguments({"--json", "-j", "1", url("/delay/1000/a")}));
  EXPECT_TRUE(has(get.read_line(), "\"start\""));
  get.close_output();
  get.send(SIGINT);  // its events go nowhere
  EXPECT_EQ(get.wait(), 128 + SIGINT);
  EXPECT_TRUE(has(get.errors, "EPIPE")) << get.errors;
  EXPECT_EQ(scratch.names(), names{});
}

}  // namespace
}  // namespace overlap::get
