// tests/tools/get_plan_test.cpp
#include "get_plan.hpp"

#include <gtest/gtest.h>

#include "get_errors.hpp"
#include "scratch_folder.hpp"

namespace overlap::get {
namespace {

class GetPlan : public testing::Test {
 protected:
  get_plan plan(const std::vector<std::string>& urls) {
    std::vector<listed_url> listed;
    for (const std::string& url : urls)
      listed.push_back({url, "list, line " + std::to_string(listed.size() + 1)});
    return make_plan(listed, options, folder);
  }
  std::string refusal(const std::vector<std::string>& urls) {
    try {
      plan(urls);
      return "accepted";
    } catch (const usage_error& failure) {
      return failure.what();
    }
  }

  scratch_folder scratch;
  output_folder folder{scratch.path()};
  get_options options;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(GetPlan, HasAFileForEachUrlAndGroupsThemByHost) {
  const get_plan made = plan({"http://A/x", "http://b/y", "http://a:80/z"});
  ASSERT_EQ(made.files.size(), 3U);
  EXPECT_EQ(made.hosts, (std::vector<std::string>{"a:80", "b:80"}));
  EXPECT_EQ(made.files[2].host, 0U);
  EXPECT_EQ(made.files[1].name, "y");
  EXPECT_EQ(made.files[1].path, scratch / "y");
}

TEST_F(GetPlan, NeverShowsCredentials) {
  EXPECT_EQ(plan({"http://user:secret@a/x"}).files[0].shown_url, "http://a/x");
  EXPECT_FALSE(has(refusal({"ftp://user:secret@a/x"}), "secret"));
}

TEST_F(GetPlan, TwoUrlsForOneNameAreRefusedWithBothPlaces) {
  const std::string text = refusal({"http://a/same", "http://a/other", "http://b/same?x"});
  EXPECT_TRUE(has(text, "list, line 1")) << text;
  EXPECT_TRUE(has(text, "list, line 3")) << text;
  EXPECT_TRUE(has(text, "'same'")) << text;
}

TEST_F(GetPlan, AFileNamedAsTheUnfinishedOneOfAnotherIsRefused) {
  EXPECT_TRUE(has(refusal({"http://a/x", "http://a/x.part"}), "x.part"));
  EXPECT_TRUE(has(refusal({"http://a/x.part", "http://a/x"}), "x.part"));
}

TEST_F(GetPlan, AllMistakesAreNamedAtOnce) {
  const std::string text = refusal({"http://a/1", "gopher://a/2", "http:///3", "http://a/.."});
  EXPECT_FALSE(has(text, "line 1:")) << text;
  EXPECT_TRUE(has(text, "line 2: 'gopher://a/2'")) << text;
  EXPECT_TRUE(has(text, "line 3: 'http:///3'")) << text;
  EXPECT_TRUE(has(text, "line 4: 'http://a/..'")) << text;
}

TEST_F(GetPlan, AThousandMistakesAreCounted) {
  const std::string text = refusal(std::vector<std::string>(1000, "nonsense"));
  EXPECT_TRUE(has(text, "and 990 more")) << text;
}

TEST_F(GetPlan, AnExistingFileIsRefusedUnlessAsked) {
  scratch.write("x", "mine");
  EXPECT_TRUE(has(refusal({"http://a/x"}), "exists already"));
  options.existing = existing_policy::skip;
  EXPECT_TRUE(plan({"http://a/x"}).files[0].is_skipped);
  options.existing = existing_policy::overwrite;
  EXPECT_FALSE(plan({"http://a/x"}).files[0].is_skipped);
}

TEST_F(GetPlan, AFolderIsInTheWayWhateverIsAsked) {
  std::filesystem::create_directory(scratch / "x");
  for (const auto policy : {existing_policy::refuse, existing_policy::skip, existing_policy::overwrite}) {
    options.existing = policy;
    EXPECT_TRUE(has(refusal({"http://a/x"}), "in the way"));
  }
}

TEST_F(GetPlan, AForgottenPartIsInNobodysWay) {
  scratch.write("x.part", "half");
  EXPECT_EQ(plan({"http://a/x"}).files.size(), 1U);
}

TEST_F(GetPlan, TheNameMayBeGiven) {
  options.output_name = "given";
  EXPECT_EQ(plan({"http://a/b/.."}).files[0].name, "given");
}

TEST(CollectUrls, ArgumentsAndListsInTheirOrder) {
  const scratch_folder scratch;
  scratch.write("list", "http://a/2\nhttp://a/3\n");
  get_options options;
  options.urls = {"http://a/1"};
  options.list_files = {scratch / "list"};
  const auto urls = collect_urls(options);
  ASSERT_EQ(urls.size(), 3U);
  EXPECT_EQ(urls[0].place, "");
  EXPECT_EQ(urls[2].url, "http://a/3");
}

TEST(CollectUrls, AnEmptyListIsAMistake) {
  const scratch_folder scratch;
  scratch.write("list", "# nothing\n");
  get_options options;
  options.list_files = {scratch / "list"};
  EXPECT_THROW(collect_urls(options), usage_error);
}

TEST(CollectUrls, ANameForSeveralUrlsIsAMistake) {
  get_options options;
  options.urls = {"http://a/1", "http://a/2"};
  options.output_name = "one";
  EXPECT_THROW(collect_urls(options), usage_error);
}

}  // namespace
}  // namespace overlap::get
