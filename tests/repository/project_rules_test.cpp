// tests/repository/project_rules_test.cpp
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repository/planted.hpp"
#include "repository/rules.hpp"

namespace overlap::repository {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SourcesAreBuilt, ReportsASourceThatNoBuildFileNames) {
  const source_tree tree = source_tree::planted({
      {"CMakeLists.txt", "add_subdirectory(src)\n"},
      {"src/base/CMakeLists.txt", "overlap_module(base SOURCES\n  error.cpp\n  # fault_test.cpp\n)\n"},
      {"src/base/error.cpp", ""},
      {"src/base/fault_test.cpp", ""},
      {"src/base/terror.cpp", ""},
  });
  EXPECT_THAT(places(sources_are_built(tree)),
              ElementsAre("src/base/fault_test.cpp:0", "src/base/terror.cpp:0"));
}

TEST(SourcesAreBuilt, AllowsNamesWithoutExtensionAndFromAFolderAbove) {
  const source_tree tree = source_tree::planted({
      {"examples/CMakeLists.txt", "overlap_example(first)\nadd_executable(x seeds/second.cpp)\n"},
      {"examples/first.cpp", ""},
      {"examples/seeds/second.cpp", ""},
  });
  EXPECT_THAT(sources_are_built(tree), IsEmpty());
}

TEST(PagesHaveOneTitle, CountsThemOutsideOfCode) {
  const source_tree tree = source_tree::planted({
      {"good.md", "# One\n## Two\n```sh\n# a comment\n```\n"},
      {"none.md", "## Two\n"},
      {"two.md", "# One\n# Two\n"},
  });
  EXPECT_THAT(places(pages_have_one_title(tree)), ElementsAre("none.md:1", "two.md:1"));
}

TEST(LinksLeadSomewhere, ReportsRelativeLinksToNothing) {
  const source_tree tree = source_tree::planted({
      {"docs/a.md",
       "[good](b.md#part) [up](../README.md) [folder](guide/)\n[bad](c.md) and [worse](../docs/d.md)\n"},
      {"docs/b.md", "[site](https://example.org/x) [here](#part) `[no](link.md)`\n```\n[no](link.md)\n```\n"},
      {"docs/guide/a.md", "[root](/docs/b.md)\n"},
      {"README.md", ""},
  });
  EXPECT_THAT(places(links_lead_somewhere(tree)),
              ElementsAre("docs/a.md:2", "docs/a.md:2", "docs/guide/a.md:1"));
}

TEST(DecisionsAreListed, ReportsAPageThatNoListNames) {
  const source_tree tree = source_tree::planted({
      {"docs/README.md", "see decisions/0002-b.md"},
      {"docs/decisions/README.md", "- [one](0001-a.md)"},
      {"docs/decisions/0001-a.md", ""},
      {"docs/decisions/0002-b.md", ""},
      {"docs/decisions/0003-c.md", ""},
  });
  EXPECT_THAT(places(decisions_are_listed(tree)), ElementsAre("docs/decisions/0003-c.md:0"));
}

TEST(ShownVerbsExist, ReportsAVerbThatDevDoesNotKnow) {
  const source_tree tree = source_tree::planted({
      {"dev", "other) x ;;\ncase \"$verb\" in\n  test) a ;;\n  asan | gcc-asan) b ;;\n  *) c ;;\nesac\n"},
      {"README.md", "./dev test\nrun `./dev gcc-asan` or ./dev other\n"},
  });
  EXPECT_THAT(places(shown_verbs_exist(tree)), ElementsAre("README.md:2"));
}

const violations two_found = {{"src/a.cpp", 1, "x", "y"}, {"src/b.cpp", 2, "x", "y"}};

violations except(const std::string& list) {
  return without_exceptions(source_tree::planted({{"tests/repository/exceptions.txt", list}}), "no_markers",
                            two_found);
}

TEST(Exceptions, AllowWhatTheyName) {
  EXPECT_THAT(places(except("# comment\nno_markers src/a.cpp: it is generated\nother src/b.cpp: too\n")),
              ElementsAre("src/b.cpp:2"));
}

TEST(Exceptions, MustBeNeededAndHaveAReason) {
  EXPECT_THAT(places(except("no_markers src/c.cpp: gone\nno_markers src/a.cpp\n")),
              ElementsAre("src/a.cpp:1", "src/b.cpp:2", "tests/repository/exceptions.txt:1",
                          "tests/repository/exceptions.txt:2"));
}

}  // namespace
}  // namespace overlap::repository
