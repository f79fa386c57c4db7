// tests/http/header_map_test.cpp

#include <gmock/gmock.h>

#include <overlap/base/error.hpp>
#include <overlap/http/header_map.hpp>

namespace overlap::http {
namespace {

using ::testing::ElementsAre;

TEST(HeaderMap, FindsWithoutCaseInOrder) {
  header_map map{{"Accept", "a"}, {"X", "1"}, {"ACCEPT", "b"}};
  EXPECT_EQ(map.get("accept"), "a");
  EXPECT_THAT(map.get_all("accept"), ElementsAre("a", "b"));
  EXPECT_EQ(map.at("x"), "1");
  EXPECT_EQ(map.get("y", "none"), "none");
  EXPECT_FALSE(map.contains("y"));
  EXPECT_THROW(static_cast<void>(map.at("y")), lookup_error);
}

TEST(HeaderMap, SetReplacesAllAddAppends) {
  header_map map{{"A", "1"}, {"a", "2"}};
  map.set("a", map.at("A"));
  EXPECT_THAT(map.get_all("A"), ElementsAre("1"));
  map.add("A", "3");
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(map.remove("a"), 2U);
  EXPECT_TRUE(map.empty());
}

TEST(GivenFields, TakesNumbersAndMaps) {
  const given_fields given{{"page", 2}, {"big", -9'000'000'000}, {"text", "x"}};
  EXPECT_EQ(given.owned().at("page"), "2");
  EXPECT_EQ(given.owned().at("big"), "-9000000000");
  const header_map map{{"A", "1"}};
  EXPECT_EQ(given_fields(map).owned().at("a"), "1");
  EXPECT_TRUE(given_fields().empty());
  EXPECT_TRUE(given_fields(header_map()).empty());
  EXPECT_FALSE(given.empty());
}

}  // namespace
}  // namespace overlap::http
