// tests/http/request_url_test.cpp
//
// The pure parts: URLs, fields, media types, dates.

#include <gtest/gtest.h>

#include <chrono>

#include <overlap/http/errors.hpp>

#include "http/answer_head.hpp"
#include "http/failure.hpp"
#include "http/request_url.hpp"

namespace overlap::http::detail {
namespace {

using namespace std::chrono_literals;

TEST(RequestUrl, JoinsBaseAndParameters) {
  EXPECT_EQ(request_url("", "http://h/p", {}), "http://h/p");
  EXPECT_EQ(request_url("", "HTTPS://h/p", {}), "HTTPS://h/p");
  EXPECT_EQ(request_url("http://h/a/b", "c", {}), "http://h/a/c");
  EXPECT_EQ(request_url("http://h/a/", "../x?q", {{"k", "v"}}), "http://h/x?q&k=v");
  EXPECT_EQ(request_url("", "http://h/p?#f", {{"k", "v"}}), "http://h/p?k=v#f");
  EXPECT_EQ(request_url("", "http://h/a b", {}), "http://h/a%20b");
}

TEST(RequestUrl, RefusesWhatIsNotHttp) {
  EXPECT_THROW(static_cast<void>(request_url("", "h/p", {})), invalid_url);
  EXPECT_THROW(static_cast<void>(request_url("", "gopher://h/", {})), invalid_url);
  EXPECT_THROW(static_cast<void>(request_url("http://h/", "file:///etc/passwd", {})), invalid_url);
  EXPECT_THROW(static_cast<void>(request_url("nonsense", "x", {})), invalid_url);
  EXPECT_THROW(static_cast<void>(request_url("", std::string_view("http://h/\0x", 11), {})), invalid_url);
}

TEST(RequestUrl, HostsAreComparedWithPortAndWithoutCase) {
  EXPECT_EQ(host_of("http://Example.org/x"), host_of("http://example.org:80?y"));
  EXPECT_EQ(host_of("https://u:p@h/"), "https://h:443");
  EXPECT_EQ(host_of("http://[::1]/"), "http://[::1]:80");
  EXPECT_EQ(host_of("http://[::1]:8080"), "http://[::1]:8080");
  EXPECT_NE(host_of("http://h/"), host_of("https://h/"));
}

TEST(RequestUrl, CredentialsAreNotShown) {
  EXPECT_EQ(without_credentials("http://u:p@h/x@y"), "http://h/x@y");
  EXPECT_EQ(without_credentials("http://h/x@y"), "http://h/x@y");
  EXPECT_EQ(without_credentials("nonsense"), "nonsense");
}

TEST(AnswerHead, KeepsTheLastBlockOnly) {
  answer_head head;
  for (const char* line : {"HTTP/1.1 100 Continue\r\n", "X-A: 1\r\n", "\r\n", "HTTP/1.1 302 Found\r\n",
                           "Location: /x\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "X-B: 2\r\n"})
    EXPECT_FALSE(head.take_line(line, true));
  EXPECT_FALSE(head.is_final());
  EXPECT_TRUE(head.take_line("\r\n", true));
  EXPECT_TRUE(head.is_final());
  EXPECT_FALSE(head.take_line("X-Trailer: 3\r\n", true));
  EXPECT_EQ(head.fields().size(), 1U);
  EXPECT_EQ(head.get("x-b"), "2");
  EXPECT_EQ(head.status(), 200);
}

TEST(AnswerHead, RedirectWithoutAPlaceIsAnAnswer) {
  answer_head head;
  head.take_line("HTTP/2 302 \r\n", true);
  EXPECT_TRUE(head.take_line("\r\n", true));
  EXPECT_EQ(head.reason(), "");
  EXPECT_EQ(head.http_version(), "2");
}

TEST(AnswerHead, MediaTypes) {
  EXPECT_EQ(media_type_of("text/html; charset=x"), "text/html");
  EXPECT_EQ(media_type_of(""), "application/octet-stream");
  EXPECT_EQ(charset_of("text/html; a=b; Charset = \"utf-8\""), "utf-8");
  EXPECT_EQ(charset_of("text/html"), "");
}

TEST(AnswerHead, RetryAfterIsSecondsOrADateOfTheServersClock) {
  constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(retry_after_of(" 120 ", ""), duration(120s));
  EXPECT_EQ(retry_after_of("Sun, 06 Nov 1994 08:50:37 GMT", date), duration(60s));
  EXPECT_EQ(retry_after_of("Sun, 06 Nov 1994 08:48:37 GMT", date), duration(0s)) << "never negative";
  EXPECT_EQ(retry_after_of("Sun, 06 Nov 1994 08:50:37 GMT", ""), std::nullopt);
  EXPECT_EQ(retry_after_of("-5", date), std::nullopt);
  EXPECT_EQ(retry_after_of("soon", date), std::nullopt);
  EXPECT_EQ(retry_after_of("", date), std::nullopt);
}

TEST(AnswerHead, UnknownOrBrokenCharsetsLeaveTheBytes) {
  EXPECT_EQ(to_utf8("caf\xe9", "latin1"), "caf\xc3\xa9");
  EXPECT_EQ(to_utf8("caf\xe9", "no-such-charset"), "caf\xe9");
  EXPECT_EQ(to_utf8("\xff", "shift_jis"), "\xff");
  EXPECT_EQ(to_utf8(std::string(5000, '\xe9'), "latin1").size(), 10'000U);
}

}  // namespace
}  // namespace overlap::http::detail
