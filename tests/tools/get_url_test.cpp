// tests/tools/get_url_test.cpp
#include "get_url.hpp"

#include <gtest/gtest.h>

#include "get_errors.hpp"

namespace overlap::get {
namespace {

std::string refusal_of(std::string_view url) {
  try {
    split_url(url);
    return "accepted";
  } catch (const usage_error& failure) {
    return failure.what();
  }
}

std::string name_of(std::string_view url) { return file_name_of(split_url(url).path); }

TEST(SplitUrl, TheHostKeyIsSmallAndHasThePort) {
  EXPECT_EQ(split_url("http://Example.ORG/x").host_key, "example.org:80");
  EXPECT_EQ(split_url("HTTPS://example.org").host_key, "example.org:443");
  EXPECT_EQ(split_url("http://example.org:8080/x").host_key, "example.org:8080");
  EXPECT_EQ(split_url("http://example.org:/x").host_key, "example.org:80");
  EXPECT_EQ(split_url("http://user:p@ss@example.org/x").host_key, "example.org:80");
  EXPECT_EQ(split_url("http://[::1]:81/x").host_key, "[::1]:81");
  EXPECT_EQ(split_url("http://[::1]").host_key, "[::1]:80");
  EXPECT_EQ(split_url("http://example.org?a@b:c/d").host_key, "example.org:80");
}

TEST(SplitUrl, WhatIsNoUrlIsRefusedWithTheReason) {
  EXPECT_NE(refusal_of("example.org/x").find("no scheme"), std::string::npos);
  EXPECT_NE(refusal_of("").find("no scheme"), std::string::npos);
  EXPECT_NE(refusal_of("://example.org").find("no scheme"), std::string::npos);
  EXPECT_NE(refusal_of("ftp://example.org/x").find("'ftp'"), std::string::npos);
  EXPECT_NE(refusal_of("file:///etc/passwd").find("'file'"), std::string::npos);
  EXPECT_NE(refusal_of("http:///x").find("no host"), std::string::npos);
  EXPECT_NE(refusal_of("http://").find("no host"), std::string::npos);
  EXPECT_NE(refusal_of("http://:80/x").find("no host"), std::string::npos);
  EXPECT_NE(refusal_of("http://user@/x").find("no host"), std::string::npos);
  EXPECT_NE(refusal_of("http://a:b/x").find("no port"), std::string::npos);
  EXPECT_NE(refusal_of("http://a:65536/x").find("no port"), std::string::npos);
  EXPECT_NE(refusal_of("http://a:123456789012345678901/x").find("no port"), std::string::npos);
  EXPECT_NE(refusal_of("http://a/x y").find("space"), std::string::npos);
  EXPECT_NE(refusal_of("http://a/\x1b[2J").find("control"), std::string::npos);
}

TEST(FileName, IsTheLastSegmentDecoded) {
  EXPECT_EQ(name_of("http://a/b/c.txt"), "c.txt");
  EXPECT_EQ(name_of("http://a/b/c.txt?x=/y#/z"), "c.txt");
  EXPECT_EQ(name_of("http://a/%41%20b.txt"), "A b.txt");
  EXPECT_EQ(name_of("http://a/gr%C3%BC%C3%9Fe"),
            "gr\xC3\xBC\xC3\x9F"
            "e");
}

TEST(FileName, OfAFolderIsIndexHtml) {
  EXPECT_EQ(name_of("http://a"), "index.html");
  EXPECT_EQ(name_of("http://a/"), "index.html");
  EXPECT_EQ(name_of("http://a/b/?page=2"), "index.html");
}

TEST(FileName, CannotLeaveTheFolderOrSteerATerminal) {
  EXPECT_EQ(name_of("http://a/..%2F..%2Fetc%2Fpasswd"), ".._.._etc_passwd");
  EXPECT_EQ(name_of("http://a/x%00y%0Az%1B%7F"), "x_y_z__");
  EXPECT_THROW(name_of("http://a/b/.."), usage_error);
  EXPECT_THROW(name_of("http://a/%2e%2E"), usage_error);
  EXPECT_THROW(name_of("http://a/."), usage_error);
}

TEST(FileName, ABrokenEscapeStaysAsItIs) {
  EXPECT_EQ(name_of("http://a/100%"), "100%");
  EXPECT_EQ(name_of("http://a/%4"), "%4");
  EXPECT_EQ(name_of("http://a/%zz%4g"), "%zz%4g");
}

TEST(FileName, LeavesRoomForPart) {
  EXPECT_EQ(name_of("http://a/" + std::string(250, 'x')).size(), 250U);
  EXPECT_THROW(name_of("http://a/" + std::string(251, 'x')), usage_error);
}

TEST(WithoutCredentials, OnlyThoseAreLeftOut) {
  EXPECT_EQ(without_credentials("http://user:secret@a/x@y"), "http://a/x@y");
  EXPECT_EQ(without_credentials("http://a/x@y?z@"), "http://a/x@y?z@");
  EXPECT_EQ(without_credentials("no url @ all"), "no url @ all");
}

}  // namespace
}  // namespace overlap::get
