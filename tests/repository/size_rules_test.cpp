// tests/repository/size_rules_test.cpp
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repository/planted.hpp"
#include "repository/rules.hpp"

namespace overlap::repository {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FilesAreShort, HoldsFilesAndPublicHeadersToTheirLimits) {
  EXPECT_THAT(files_are_short(source_tree::planted({{"src/a.cpp", repeated(400, "\n")},
                                                    {"src/a.hpp", repeated(400, "\n")},
                                                    {"include/overlap/a.hpp", repeated(300, "\n")},
                                                    {"docs/a.md", repeated(900, "\n")}})),
              IsEmpty());
  EXPECT_THAT(places(files_are_short(source_tree::planted(
                  {{"src/a.cpp", repeated(401, "\n")}, {"include/overlap/a.hpp", repeated(301, "\n")}}))),
              ElementsAre("include/overlap/a.hpp:300", "src/a.cpp:400"));
}

std::string function_with_lines(int count) {
  return "void f() {\n" + repeated(count - 2, "  step();\n") + "}\n";
}

TEST(FunctionsFitAScreen, HoldsFunctionsToSeventyLinesTestsAside) {
  EXPECT_THAT(functions_fit_a_screen(source_tree::planted(
                  {{"src/a.cpp", "\n" + function_with_lines(70)}, {"tests/a.cpp", function_with_lines(90)}})),
              IsEmpty());
  EXPECT_THAT(places(functions_fit_a_screen(
                  source_tree::planted({{"src/a.cpp", function_with_lines(5) + function_with_lines(71)}}))),
              ElementsAre("src/a.cpp:6"));
}

TEST(LinesAreShort, CountsCharactersNotBytes) {
  EXPECT_THAT(
      places(lines_are_short(source_tree::planted(
          {{"src/a.cpp", repeated(110, "x") + "\n// " + repeated(107, "→") + "\n" + repeated(111, "x")}}))),
      ElementsAre("src/a.cpp:3"));
}

}  // namespace
}  // namespace overlap::repository
