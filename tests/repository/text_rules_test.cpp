// tests/repository/text_rules_test.cpp
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repository/planted.hpp"
#include "repository/rules.hpp"

namespace overlap::repository {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NoMarkers, ReportsThemInCodeAndProse) {
  const source_tree tree = source_tree::planted({
      {"docs/a.md",
       "FIX"
       "ME\n"},
      {"src/a.cpp",
       "\n// TO"
       "DO: later\n"},
      {"src/b.cpp",
       "make(\"/tmp/name-XXXX"
       "XX\");\nmy_TO"
       "DO_list();\n"},
  });
  EXPECT_THAT(places(no_markers(tree)), ElementsAre("docs/a.md:1", "src/a.cpp:2"));
}

TEST(LibraryIsSilent, ReportsPrintingAndExiting) {
  const source_tree tree = source_tree::planted({
      {"include/overlap/a.hpp", "inline void f() { std::cout << 1; }\n"},
      {"src/a.cpp", "void f() {\n  printf(\"x\");\n  std::exit(1);\n}\n"},
  });
  EXPECT_THAT(places(library_is_silent(tree)),
              ElementsAre("include/overlap/a.hpp:1", "src/a.cpp:2", "src/a.cpp:3"));
}

TEST(LibraryIsSilent, AllowsFormattingAndPrograms) {
  const source_tree tree = source_tree::planted({
      {"src/a.cpp", "// printf(3) would\nstd::snprintf(buffer, size, \"exit(1)\");\nat_exit(f);\n"},
      {"tools/overlap/a.cpp", "std::printf(\"x\");\nstd::exit(1);\n"},
  });
  EXPECT_THAT(library_is_silent(tree), IsEmpty());
}

TEST(TestsDoNotSleep, ReportsRealSleeps) {
  const source_tree tree = source_tree::planted({
      {"tests/a.cpp",
       "std::this_thread::sleep_for(1ms);\nsleep(1);\n::sleep(20);\nusleep(5);\nstd::this_thread::sleep_"
       "until(t);\n"},
  });
  EXPECT_THAT(places(tests_do_not_sleep(tree)), ElementsAre("tests/a.cpp:1", "tests/a.cpp:4", "tests/a.cpp:5",
                                                            "tests/a.cpp:2", "tests/a.cpp:3"));
}

TEST(TestsDoNotSleep, AllowsVirtualSleepsAndRealPeers) {
  const source_tree tree = source_tree::planted({
      {"tests/a.cpp",
       "co_await sleep(1s);\nco_await asyncio::sleep_until(when);\nco_await asyncio::sleep(duration(5));\n// "
       "sleep_for\n"},
      {"tests/integration/a.cpp", "std::this_thread::sleep_for(1ms);\n"},
  });
  EXPECT_THAT(tests_do_not_sleep(tree), IsEmpty());
}

TEST(HeadersUseNoNamespace, ReportsHeadersOnly) {
  const source_tree tree = source_tree::planted({
      {"include/overlap/a.hpp", "// using namespace std\nusing namespace std;\n"},
      {"src/a.cpp", "using namespace std;\n"},
  });
  EXPECT_THAT(places(headers_use_no_namespace(tree)), ElementsAre("include/overlap/a.hpp:2"));
}

violations check_header(const std::string& path, const std::string& text) {
  return public_types_are_documented(source_tree::planted({{path, text}}));
}

TEST(PublicTypesAreDocumented, WantsADocstringAboveTheMainType) {
  EXPECT_THAT(
      places(check_header("include/overlap/a/queue.hpp",
                          "namespace overlap {\n/// Helps.\nstruct other {};\n\nclass queue {};\n}\n")),
      ElementsAre("include/overlap/a/queue.hpp:5"));
  EXPECT_THAT(check_header("include/overlap/a/queue.hpp",
                           "namespace overlap {\n/// Holds items.\ntemplate <class T>\nclass queue {};\n}\n"),
              IsEmpty());
}

TEST(PublicTypesAreDocumented, WantsSomeDocstringWhereThereIsNoMainType) {
  EXPECT_THAT(places(check_header("include/overlap/a/sleep.hpp", "namespace overlap {\nvoid sleep();\n}\n")),
              ElementsAre("include/overlap/a/sleep.hpp:1"));
  EXPECT_THAT(
      check_header("include/overlap/a/sleep.hpp", "namespace overlap {\n/// Waits.\nvoid sleep();\n}\n"),
      IsEmpty());
}

TEST(PublicTypesAreDocumented, PassesDoorsAndDetails) {
  EXPECT_THAT(check_header("include/overlap/a.hpp", "#include <overlap/a/queue.hpp>\n"), IsEmpty());
  EXPECT_THAT(check_header("include/overlap/a/detail/step.hpp", "namespace overlap {\nclass step {};\n}\n"),
              IsEmpty());
}

}  // namespace
}  // namespace overlap::repository
