// tests/repository/readme_test.cpp
//
// The programs that the README and the guide to testing show are built elsewhere, and shown to the letter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "repository/source_tree.hpp"

namespace overlap::repository {
namespace {

using testing::HasSubstr;

/// What stands between the two lines that hold `[tag]`.
std::string tagged_part(const source_file& file, const std::string& tag) {
  std::string part;
  bool is_inside = false;
  int tags = 0;
  for (const std::string& line : file.lines) {
    if (line.find("[" + tag + "]") != std::string::npos) {
      is_inside = !is_inside;
      ++tags;
    } else if (is_inside) {
      part += line + "\n";
    }
  }
  EXPECT_EQ(tags, 2) << file.path << " must have the line [" << tag << "] twice";
  return part;
}

TEST(Readme, ShowsTheExamplesAsTheyAre) {
  const source_tree tree = source_tree::read(OVERLAP_SOURCE_DIR);
  const source_file* readme = tree.find("README.md");
  const source_file* cpp = tree.find("examples/readme/fetch_all.cpp");
  const source_file* python = tree.find("examples/readme/fetch_all.py");
  ASSERT_NE(readme, nullptr);
  ASSERT_NE(cpp, nullptr);
  ASSERT_NE(python, nullptr);

  EXPECT_THAT(readme->text, HasSubstr("```cpp\n" + tagged_part(*cpp, "readme") + "```"));
  EXPECT_THAT(readme->text, HasSubstr("```python\n" + tagged_part(*python, "readme") + "```"));
}

TEST(TestingGuide, ShowsTheExamplesAsTheyAre) {
  const source_tree tree = source_tree::read(OVERLAP_SOURCE_DIR);
  const source_file* guide = tree.find("docs/testing.md");
  ASSERT_NE(guide, nullptr);
  const struct {
    const char* file;
    std::vector<const char*> tags;
  } shown[] = {{"examples/testing/find_a_race.cpp", {"program", "explore"}},
               {"examples/testing/account_test.cpp", {"test", "fixture", "streams", "sequencer", "blocked"}},
               {"tests/testing/faults_test.cpp", {"script"}}};
  for (const auto& [path, tags] : shown) {
    const source_file* file = tree.find(path);
    ASSERT_NE(file, nullptr) << path;
    for (const char* tag : tags)
      EXPECT_THAT(guide->text, HasSubstr("```cpp\n" + tagged_part(*file, tag) + "```")) << path;
  }
}

TEST(Readme, ATaggedPartIsWhatStandsBetweenTheTags) {
  const source_file file("x.cpp", "a\n// [here]\nb\nc\n// [here]\nd\n");

  EXPECT_EQ(tagged_part(file, "here"), "b\nc\n");
}

}  // namespace
}  // namespace overlap::repository
