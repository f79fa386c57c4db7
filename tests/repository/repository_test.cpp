// tests/repository/repository_test.cpp
//
// Holds the project's own files to the rules of rules.hpp. What each rule finds, and what it lets pass, is
// tested on planted files beside this one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "repository/rules.hpp"

namespace overlap::repository {
namespace {

struct named_rule {
  const char* name;
  violations (*check)(const source_tree&);
};

const named_rule rules[] = {
    {"includes_follow_the_modules", includes_follow_the_modules},
    {"includes_have_the_right_form", includes_have_the_right_form},
    {"system_stays_in_platform", system_stays_in_platform},
    {"public_headers_are_cheap", public_headers_are_cheap},
    {"files_are_short", files_are_short},
    {"functions_fit_a_screen", functions_fit_a_screen},
    {"lines_are_short", lines_are_short},
    {"no_markers", no_markers},
    {"library_is_silent", library_is_silent},
    {"tests_do_not_sleep", tests_do_not_sleep},
    {"headers_use_no_namespace", headers_use_no_namespace},
    {"public_types_are_documented", public_types_are_documented},
    {"sources_are_built", sources_are_built},
    {"pages_have_one_title", pages_have_one_title},
    {"links_lead_somewhere", links_lead_somewhere},
    {"decisions_are_listed", decisions_are_listed},
    {"shown_verbs_exist", shown_verbs_exist},
};

void PrintTo(const named_rule& rule, std::ostream* out) { *out << rule.name; }

const source_tree& project() {
  static const source_tree tree = source_tree::read(OVERLAP_SOURCE_DIR);
  return tree;
}

class Project : public testing::TestWithParam<named_rule> {};

TEST_P(Project, Keeps) {
  for (const violation& broken : without_exceptions(project(), GetParam().name, GetParam().check(project())))
    ADD_FAILURE() << broken;
}

INSTANTIATE_TEST_SUITE_P(Rule, Project, testing::ValuesIn(rules),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(ProjectTree, HasTheFilesThatTheRulesRead) {
  for (const char* path : {"CMakeLists.txt", "cmake/modules.txt", "dev", "include/overlap/base/error.hpp",
                           "src/base/error.cpp", "tests/repository/exceptions.txt"})
    EXPECT_TRUE(project().has(path)) << path;
}

TEST(ProjectTree, ExceptionsNameRulesThatExist) {
  for (const std::string& line : project().find("tests/repository/exceptions.txt")->lines) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::string name = line.substr(0, line.find(' '));
    EXPECT_THAT(rules, testing::Contains(testing::Field(&named_rule::name, testing::StrEq(name)))) << line;
  }
}

}  // namespace
}  // namespace overlap::repository
