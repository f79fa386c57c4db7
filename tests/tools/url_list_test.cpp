// tests/tools/url_list_test.cpp
#include "url_list.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "get_errors.hpp"
#include "scratch_folder.hpp"

namespace overlap::get {
namespace {

std::vector<std::string> urls_of(std::string_view text) {
  std::vector<std::string> urls;
  for (const listed_url& each : parse_url_list(text, "list")) urls.push_back(each.url);
  return urls;
}

using texts = std::vector<std::string>;

TEST(UrlList, OneUrlALine) {
  EXPECT_EQ(urls_of("http://a/1\nhttp://a/2\n"), (texts{"http://a/1", "http://a/2"}));
}

TEST(UrlList, TheLastLineNeedsNoEnd) {
  EXPECT_EQ(urls_of("http://a/1\nhttp://a/2"), (texts{"http://a/1", "http://a/2"}));
}

TEST(UrlList, BlankLinesAndRemarksSayNothing) {
  EXPECT_EQ(urls_of("# files\n\n   \nhttp://a/1#part\n  # more\n"), texts{"http://a/1#part"});
}

TEST(UrlList, WindowsLineEndsBlanksAndByteOrderMarkAreDropped) {
  EXPECT_EQ(urls_of("\xEF\xBB\xBFhttp://a/1\r\n\t http://a/2 \r\n"), (texts{"http://a/1", "http://a/2"}));
}

TEST(UrlList, AnEmptyListIsEmpty) {
  EXPECT_EQ(urls_of(""), texts{});
  EXPECT_EQ(urls_of("\n\n"), texts{});
}

TEST(UrlList, EachUrlKnowsItsLine) {
  const auto urls = parse_url_list("# remark\n\nhttp://a/1\nhttp://a/2\n", "files.txt");
  ASSERT_EQ(urls.size(), 2U);
  EXPECT_EQ(urls[0].place, "files.txt, line 3");
  EXPECT_EQ(urls[1].place, "files.txt, line 4");
}

TEST(UrlList, IsReadFromAFile) {
  const scratch_folder folder;
  std::ofstream(folder / "list") << "http://a/1\nhttp://a/2\n";
  const auto urls = read_url_list(folder / "list");
  ASSERT_EQ(urls.size(), 2U);
  EXPECT_EQ(urls[1].url, "http://a/2");
}

TEST(UrlList, WhatCannotBeReadIsNamedWithItsReason) {
  const scratch_folder folder;
  for (const std::string& path : {folder / "absent", folder.path()}) {
    try {
      read_url_list(path);
      FAIL() << path << " was read";
    } catch (const usage_error& failure) {
      EXPECT_NE(failure.message().find(path), std::string_view::npos) << failure.what();
    }
  }
}

}  // namespace
}  // namespace overlap::get
