// tests/repository/header_budget_test.cpp
//
// What a public header costs everybody who includes it, in lines after preprocessing: the same on every run,
// which milliseconds are not. About 10 ms of g++ 12 for every 1,000 lines.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>

namespace overlap::repository {
namespace {

struct budget {
  const char* header;
  int lines_max;
};

// <overlap/asyncio.hpp> in at most 350 ms with g++ 12; the modules below it in what that leaves.
const budget budgets[] = {
    {"overlap/asyncio.hpp", 35'000},
    {"overlap/queue.hpp", 25'000},
    {"overlap/threading.hpp", 25'000},
};

void PrintTo(const budget& each, std::ostream* out) { *out << each.header; }

// The lines of C++ behind `#include <header>`, blank ones and the preprocessor's own left out; -1 if it
// fails.
int lines_after_preprocessing(const std::string& header) {
  const std::string command = "echo '#include <" + header +
                              ">' | " OVERLAP_COMPILER " -std=c++20 -x c++ -E -P -I " +
                              OVERLAP_SOURCE_DIR "/include - 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return -1;
  int lines = 0;
  for (int character = std::fgetc(pipe); character != EOF; character = std::fgetc(pipe))
    if (character == '\n') ++lines;
  return pclose(pipe) == 0 ? lines : -1;
}

class HeaderBudget : public testing::TestWithParam<budget> {};

TEST_P(HeaderBudget, IsKept) {
  if (!std::ifstream(std::string(OVERLAP_SOURCE_DIR "/include/") + GetParam().header))
    GTEST_SKIP() << "no such header yet";
  const int lines = lines_after_preprocessing(GetParam().header);
  ASSERT_GT(lines, 0) << "the preprocessor refused it";
  RecordProperty("lines", lines);
  EXPECT_LE(lines, GetParam().lines_max)
      << "find out what it pulls in with: g++ -std=c++20 -H -fsyntax-only -x c++ -I include include/"
      << GetParam().header;
}

INSTANTIATE_TEST_SUITE_P(Of, HeaderBudget, testing::ValuesIn(budgets), [](const auto& parameter) {
  std::string name = parameter.param.header;
  for (char& each : name)
    if (each == '/' || each == '.') each = '_';
  return name;
});

TEST(LinesAfterPreprocessing, CountsWhatAHeaderPullsIn) {
  EXPECT_GT(lines_after_preprocessing("vector"), 5'000);
  EXPECT_EQ(lines_after_preprocessing("no/such/header.hpp"), -1);
}

}  // namespace
}  // namespace overlap::repository
