// tests/http/failure_test.cpp
//
// Each way to fail has its type, and a text that names method, URL and cause.

#include <gmock/gmock.h>

#include <cerrno>
#include <chrono>

#include "http/session_fixture.hpp"

namespace overlap::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using testing::failure_of;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Failure : public testing::SessionTest {};

TEST_F(Failure, RefusedConnectionNamesUrlAndCause) {
  run_session([&](client_session& session) -> asyncio::task<> {
    try {
      static_cast<void>(co_await session.get("http://user:secret@127.0.0.1:1/x"));
      ADD_FAILURE() << "nothing listens there";
    } catch (const client_connection_error& error) {
      EXPECT_STREQ(error.what(),
                   "GET http://127.0.0.1:1/x: connection refused (ECONNREFUSED); is the server running?");
      EXPECT_EQ(error.code(), ECONNREFUSED);
      EXPECT_EQ(error.failure(), connection_failure::connect);
      EXPECT_EQ(error.url(), "http://127.0.0.1:1/x");
      EXPECT_TRUE(error.is_transient());
    }
  });
}

TEST_F(Failure, UnusableUrlsAreRefusedBeforeAnythingIsSent) {
  run_session([&](client_session& session) -> asyncio::task<> {
    for (const char* url :
         {"example.org", "/path", "ftp://example.org/", "file:///etc/passwd", "", "http://"})
      EXPECT_THAT(co_await failure_of<invalid_url>(session.get(url)), HasSubstr("http")) << url;
    EXPECT_THAT(co_await failure_of<invalid_url>(session.get("http://[::1/")), HasSubstr("cannot be read"));
  });
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Failure, FieldsThatBreakOutOfTheirLineAreRefused) {
  run_session([&](client_session& session) -> asyncio::task<> {
    EXPECT_THAT(co_await failure_of<invalid_value_error>(
                    session.get(server.url("/"), {.headers = {{"X", "a\r\nHost: evil"}}})),
                HasSubstr("header field \"X\""));
    EXPECT_THAT(co_await failure_of<invalid_value_error>(session.request("GET /x", server.url("/"))),
                HasSubstr("not a word"));
    EXPECT_THAT(
        co_await failure_of<invalid_value_error>(session.post(server.url("/"), {.data = "a", .json = "b"})),
        HasSubstr("one body"));
  });
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(Failure, StatusThrowsOnlyIfAsked) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/status/404"));
    EXPECT_FALSE(response.ok());
    try {
      response.raise_for_status();
      ADD_FAILURE() << "404 is no success";
    } catch (const client_response_error& error) {
      EXPECT_EQ(error.status(), 404);
      EXPECT_EQ(error.reason(), "Not Found");
      EXPECT_EQ(std::string(error.what()), "GET " + server.url("/status/404") + ": status 404 Not Found");
      EXPECT_FALSE(error.is_transient());
    }
    EXPECT_EQ(co_await response.text(), "a body");
    EXPECT_THAT(co_await failure_of<client_response_error>(
                    session.get(server.url("/status/503"), {.raise_for_status = true})),
                HasSubstr("status 503 Service Unavailable"));
    auto fine = co_await session.get(server.url("/status/200"), {.raise_for_status = true});
    EXPECT_EQ(&fine.raise_for_status(), &fine);
  });
  run_session({.raise_for_status = true}, [&](client_session& session) -> asyncio::task<> {
    EXPECT_THAT(co_await failure_of<client_response_error>(session.get(server.url("/status/500"))),
                HasSubstr("status 500"));
  });
}

TEST_F(Failure, SaysHowLongToWait) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto seconds = co_await session.get(server.url("/retry/7"));
    EXPECT_EQ(seconds.retry_after(), duration(7s));
    auto date = co_await session.get(server.url("/retry/Sun,%2006%20Nov%201994%2008:50:37%20GMT"));
    EXPECT_EQ(date.retry_after(), std::nullopt) << "percent signs are no date";
    try {
      seconds.raise_for_status();
    } catch (const client_response_error& error) {
      EXPECT_EQ(error.retry_after(), duration(7s));
      EXPECT_TRUE(error.is_transient());
      EXPECT_THAT(error.what(), HasSubstr("wait 7 s"));
    }
  });
}

TEST_F(Failure, CutBodyIsNeverAWholeOne) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/cut/1000"));
    EXPECT_EQ(response.status(), 200);
    try {
      static_cast<void>(co_await response.read());
      ADD_FAILURE() << "half a body is no body";
    } catch (const client_payload_error& error) {
      EXPECT_THAT(error.what(), StartsWith("GET " + server.url("/cut/1000") + ": the body was cut off"));
      EXPECT_TRUE(error.is_transient());
    }
    auto streamed = co_await session.get(server.url("/cut/1000"));
    std::size_t bytes = 0;
    bool is_cut = false;
    try {
      for (;;) {
        const std::string chunk = co_await streamed.content.read_chunk();
        if (chunk.empty()) break;
        bytes += chunk.size();
      }
    } catch (const client_payload_error&) {
      is_cut = true;
    }
    EXPECT_TRUE(is_cut);
    EXPECT_EQ(bytes, 500U) << "what came is given first";
  });
}

TEST_F(Failure, BrokenEncodingIsNotTransient) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/broken-gzip"));
    try {
      static_cast<void>(co_await response.read());
      ADD_FAILURE() << "that was no gzip";
    } catch (const client_payload_error& error) {
      EXPECT_FALSE(error.is_transient());
    }
  });
  run_session({.auto_decompress = false}, [&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/broken-gzip"));
    EXPECT_EQ(co_await response.read(), "this is no gzip at all");
  });
}

TEST_F(Failure, ConnectionThatEndsWithoutAWord) {
  run_session([&](client_session& session) -> asyncio::task<> {
    try {
      static_cast<void>(co_await session.get(server.url("/close")));
      ADD_FAILURE() << "there was no answer";
    } catch (const client_connection_error& error) {
      EXPECT_EQ(error.failure(), connection_failure::disconnected);
      EXPECT_TRUE(error.is_transient());
    }
  });
}

TEST_F(Failure, DeadlineHoldsBeforeTheHeadersInTheBodyAndInLine) {
  run_session({.limit = 1}, [&](client_session& session) -> asyncio::task<> {
    EXPECT_THAT(co_await failure_of<timeout_error>(session.get(server.url("/never"), {.timeout = 10ms})),
                HasSubstr("no answer within 0.01 s (the total deadline)"));
    {
      auto response = co_await session.get(server.url("/head-only"), {.timeout = 20ms});
      std::string text;
      try {
        static_cast<void>(co_await response.read());
      } catch (const timeout_error& error) {
        text = error.what();
      }
      EXPECT_THAT(text, HasSubstr("the body was not whole within 0.02 s"));
    }
    auto holds_the_slot = co_await session.get(server.url("/head-only"));
    EXPECT_THAT(co_await failure_of<timeout_error>(session.get(server.url("/echo"), {.timeout = 10ms})),
                HasSubstr("no answer within"));
    EXPECT_EQ(session.statistics().requests_waiting, 0U);
  });
}

TEST_F(Failure, RedirectsAreFollowedUpToTheirLimit) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/redirect/3"));
    EXPECT_EQ(response.redirect_count(), 3);
    EXPECT_EQ(response.url(), server.url("/echo"));
    EXPECT_EQ(response.status(), 200);
    EXPECT_THAT(co_await response.text(), StartsWith("GET /echo "));
    EXPECT_THAT(co_await failure_of<too_many_redirects>(session.get(server.url("/redirect/11"))),
                HasSubstr("too many redirects"));
    EXPECT_THAT(co_await failure_of<client_response_error>(session.get(server.url("/loop"))),
                HasSubstr("/loop"));
    EXPECT_THAT(
        co_await failure_of<too_many_redirects>(session.get(server.url("/redirect/2"), {.max_redirects = 1})),
        HasSubstr("max_redirects"));
    auto first = co_await session.get(server.url("/redirect/3"), {.allow_redirects = false});
    EXPECT_EQ(first.status(), 302);
    EXPECT_EQ(first.headers().get("Location"), "/redirect/2");
    EXPECT_EQ(co_await first.text(), "elsewhere");
    auto head = co_await session.head(server.url("/redirect/1"));
    EXPECT_EQ(head.status(), 302) << "HEAD does not follow unless told";
  });
}

TEST_F(Failure, RedirectsStayWithHttpAndChangeTheMethodAsInPython) {
  run_session([&](client_session& session) -> asyncio::task<> {
    for (const char* url : {"/to/302/file:///etc/passwd", "/to/302/ftp://127.0.0.1/"})
      EXPECT_THAT(co_await failure_of<invalid_url>(session.get(server.url(url))),
                  HasSubstr("other than http and https"))
          << url;
    for (const char* code : {"301", "302", "303"}) {
      auto response = co_await session.post(server.url(std::string("/to/") + code + "//echo"), {.data = "b"});
      EXPECT_THAT(co_await response.text(), StartsWith("GET /echo ")) << code;
    }
    auto kept = co_await session.post(server.url("/to/307//echo"), {.data = "body"});
    EXPECT_THAT(co_await kept.text(), AllOf(StartsWith("POST /echo "), HasSubstr("body")));
    auto put = co_await session.put(server.url("/to/303//echo"), {.data = "body"});
    EXPECT_THAT(co_await put.text(), AllOf(StartsWith("GET /echo "), Not(HasSubstr("body"))));
    auto put_kept = co_await session.put(server.url("/to/308//echo"), {.data = "body"});
    EXPECT_THAT(co_await put_kept.text(), AllOf(StartsWith("PUT /echo "), HasSubstr("body")));
  });
}

TEST_F(Failure, SecretsAreNotSentToAnotherHost) {
  testing::test_server other;
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/to/302/" + other.url("/echo")),
                                         {.headers = {{"Authorization", "Bearer s"}}});
    EXPECT_EQ(response.url(), other.url("/echo"));
    EXPECT_THAT(co_await response.text(), Not(HasSubstr("Bearer")));
  });
}

TEST_F(Failure, UnknownHostIsNamed) {
  run_session([&](client_session& session) -> asyncio::task<> {
    try {
      static_cast<void>(co_await session.get("http://no-such-host.invalid/"));
      ADD_FAILURE() << ".invalid never resolves";
    } catch (const client_connection_error& error) {
      EXPECT_EQ(error.failure(), connection_failure::resolve);
      EXPECT_THAT(error.what(), HasSubstr("no-such-host.invalid"));
    }
  });
}

}  // namespace
}  // namespace overlap::http
