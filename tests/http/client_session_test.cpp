// tests/http/client_session_test.cpp
//
// What is sent, what is said of the answer, and how the connections are used.

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "http/session_fixture.hpp"

namespace overlap::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ClientSession : public testing::SessionTest {};

asyncio::task<std::string> text_of(client_request request) {
  auto response = co_await std::move(request);
  co_return co_await response.text();
}

TEST_F(ClientSession, TellsAllOfAnAnswer) {
  run_session([&](client_session& session) -> asyncio::task<> {
    const auto response = co_await session.get(server.url("/headers"));
    EXPECT_EQ(response.status(), 200);
    EXPECT_EQ(response.reason(), "OK");
    EXPECT_TRUE(response.ok());
    EXPECT_EQ(response.method(), "GET");
    EXPECT_EQ(response.url(), server.url("/headers"));
    EXPECT_EQ(response.http_version(), "1.1");
    EXPECT_EQ(response.redirect_count(), 0);
    EXPECT_EQ(response.content_length(), 0);
    EXPECT_EQ(response.content_type(), "application/octet-stream");
    EXPECT_GT(response.elapsed(), duration());
  });
}

TEST_F(ClientSession, HeaderNamesHaveNoCaseAndMayRepeat) {
  run_session([&](client_session& session) -> asyncio::task<> {
    const auto response = co_await session.get(server.url("/headers"));
    EXPECT_EQ(response.headers().get("x-mixed-case"), "spaced");
    EXPECT_THAT(response.headers().get_all("SET-COOKIE"), ::testing::ElementsAre("a=1", "b=2"));
    EXPECT_FALSE(response.headers().contains("x-none"));
    EXPECT_THROW(static_cast<void>(response.headers().at("x-none")), lookup_error);
  });
}

TEST_F(ClientSession, SendsParamsPercentEncoded) {
  run_session([&](client_session& session) -> asyncio::task<> {
    const std::string text = co_await text_of(
        session.get(server.url("/echo?a=b#part"), {.params = {{"page", 2}, {"q", "x y&z=\xc3\xa9"}}}));
    EXPECT_THAT(text, StartsWith("GET /echo?a=b&page=2&q=x%20y%26z%3D%C3%A9 HTTP/1.1\r\n"));
  });
}

TEST_F(ClientSession, MergesHeadersAndLeavesEmptyOnesOut) {
  const session_options options{.headers = {{"X-Both", "session"}, {"X-Session", "1"}, {"X-Gone", "1"}}};
  run_session(options, [&](client_session& session) -> asyncio::task<> {
    const std::string text = co_await text_of(
        session.get(server.url("/echo"), {.headers = {{"x-both", "request"}, {"X-Gone", ""}}}));
    EXPECT_THAT(text, HasSubstr("x-both: request\r\n"));
    EXPECT_THAT(text, HasSubstr("X-Session: 1\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("X-Gone")));
    EXPECT_THAT(text, Not(HasSubstr("X-Both: session")));

    const std::string next = co_await text_of(session.get(server.url("/echo")));
    EXPECT_THAT(next, HasSubstr("X-Both: session\r\n")) << "a request's headers are its own";
    EXPECT_THAT(next, HasSubstr("User-Agent: overlap/"));
  });
}

TEST_F(ClientSession, SendsBodiesWithTheirType) {
  run_session([&](client_session& session) -> asyncio::task<> {
    const std::string data = co_await text_of(session.post(server.url("/echo"), {.data = "raw\n"}));
    EXPECT_THAT(data, StartsWith("POST "));
    EXPECT_THAT(data, HasSubstr("Content-Type: application/octet-stream\r\n"));
    EXPECT_THAT(data, EndsWith("\r\n\r\nraw\n"));
    const std::string json = co_await text_of(session.put(server.url("/echo"), {.json = "{\"a\":1}"}));
    EXPECT_THAT(json, StartsWith("PUT "));
    EXPECT_THAT(json, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(json, EndsWith("{\"a\":1}"));
    const std::string form =
        co_await text_of(session.patch(server.url("/echo"), {.form = {{"k", "a b"}, {"n", 7}}}));
    EXPECT_THAT(form, StartsWith("PATCH "));
    EXPECT_THAT(form, HasSubstr("Content-Type: application/x-www-form-urlencoded\r\n"));
    EXPECT_THAT(form, EndsWith("k=a%20b&n=7"));
    const std::string typed = co_await text_of(session.post(
        server.url("/echo"), {.headers = {{"content-type", "text/csv"}}, .data = std::string("a,b")}));
    EXPECT_THAT(typed, HasSubstr("content-type: text/csv\r\n"));
    EXPECT_THAT(typed, Not(HasSubstr("octet-stream")));
    const std::string empty = co_await text_of(session.post(server.url("/echo")));
    EXPECT_THAT(empty, HasSubstr("Content-Length: 0\r\n"));
  });
}

TEST_F(ClientSession, SendsALongBodyWithoutWaitingForContinue) {
  const std::string body(3'000'000, 'x');
  run_session([&](client_session& session) -> asyncio::task<> {
    const std::string text = co_await text_of(session.post(server.url("/echo"), {.data = body}));
    EXPECT_THAT(text.substr(0, text.find("\r\n\r\n")), Not(HasSubstr("Expect")));
    EXPECT_TRUE(text.ends_with(body));
  });
}

TEST_F(ClientSession, KnowsAllMethods) {
  run_session([&](client_session& session) -> asyncio::task<> {
    EXPECT_THAT(co_await text_of(session.delete_(server.url("/echo"))), StartsWith("DELETE "));
    EXPECT_THAT(co_await text_of(session.options(server.url("/echo"))), StartsWith("OPTIONS "));
    EXPECT_THAT(co_await text_of(session.request("REPORT", server.url("/echo"))), StartsWith("REPORT "));
    auto head = co_await session.head(server.url("/bytes/1000"));
    EXPECT_EQ(head.content_length(), 1000);
    EXPECT_EQ(co_await head.read(), "");
    EXPECT_THAT(co_await text_of(session.get(server.url("/echo"))), StartsWith("GET "))
        << "a method is the request's own";
  });
}

TEST_F(ClientSession, ResolvesAgainstTheBaseUrl) {
  const std::string base = server.url("/api/v1/");
  run_session({.base_url = base}, [&](client_session& session) -> asyncio::task<> {
    EXPECT_THAT(co_await text_of(session.get("users")), StartsWith("GET /api/v1/users "));
    EXPECT_THAT(co_await text_of(session.get("/root")), StartsWith("GET /root "));
    EXPECT_THAT(co_await text_of(session.get("")), StartsWith("GET /api/v1/ "));
    EXPECT_THAT(co_await text_of(session.get(server.url("/else"))), StartsWith("GET /else "));
  });
}

TEST_F(ClientSession, SendsBasicAuthentication) {
  run_session([&](client_session& session) -> asyncio::task<> {
    EXPECT_THAT(co_await text_of(session.get(server.url("/echo"), {.auth = {"user", "pass"}})),
                HasSubstr("Authorization: Basic dXNlcjpwYXNz\r\n"));
    EXPECT_THAT(co_await text_of(session.get(server.url("/echo"))), Not(HasSubstr("Authorization")));
  });
}

TEST_F(ClientSession, KeepsCookiesOnlyIfAsked) {
  const auto cookies_after = [&](client_session& session) -> asyncio::task<std::string> {
    static_cast<void>(co_await text_of(session.get(server.url("/headers"))));
    co_return co_await text_of(session.get(server.url("/echo")));
  };
  run_session([&](client_session& session) -> asyncio::task<> {
    EXPECT_THAT(co_await cookies_after(session), Not(HasSubstr("Cookie:")));
  });
  run_session({.cookies = true}, [&](client_session& session) -> asyncio::task<> {
    EXPECT_THAT(co_await cookies_after(session), AllOf(HasSubstr("a=1"), HasSubstr("b=2")));
  });
}

TEST_F(ClientSession, UsesAConnectionAgain) {
  run_session([&](client_session& session) -> asyncio::task<> {
    for (int count = 0; count < 50; ++count) {
      auto response = co_await session.get(server.url("/bytes/100"));
      const std::string body = co_await response.read();
      EXPECT_EQ(body.size(), 100U);
    }
  });
  EXPECT_EQ(server.requests(), 50);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientSession, NeverHasMoreRequestsInFlightThanItsLimit) {
  run_session({.limit = 3}, [&](client_session& session) -> asyncio::task<> {
    co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
      for (int count = 0; count < 20; ++count)
        group.create_task([&]() -> asyncio::task<> {
          EXPECT_EQ((co_await text_of(session.get(server.url("/bytes/5")))), "abcde");
        });
      co_return;
    });
  });
  EXPECT_EQ(server.requests(), 20);
  EXPECT_LE(server.open_max(), 3);
}

TEST_F(ClientSession, LimitsEachHostByItself) {
  testing::test_server other;
  run_session({.limit_per_host = 2}, [&](client_session& session) -> asyncio::task<> {
    co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
      for (int count = 0; count < 10; ++count)
        for (testing::test_server* each : {&server, &other})
          group.create_task([&session, each]() -> asyncio::task<> {
            EXPECT_EQ((co_await text_of(session.get(each->url("/hold")))), "held");
          });
      co_await asyncio::sleep(0ms);
      EXPECT_EQ(session.statistics().requests_active, 4U);
      EXPECT_EQ(session.statistics().requests_waiting, 16U);
      server.release();
      other.release();
    });
    EXPECT_EQ(session.statistics().requests_active, 0U);
  });
  EXPECT_EQ(server.requests() + other.requests(), 20);
  EXPECT_LE(server.open_max(), 2);
  EXPECT_LE(other.open_max(), 2);
}

TEST_F(ClientSession, ConvertsTextAndDecodesBodies) {
  run_session([&](client_session& session) -> asyncio::task<> {
    EXPECT_EQ(co_await text_of(session.get(server.url("/latin1"))), "caf\xc3\xa9");
    EXPECT_EQ(co_await text_of(session.get(server.url("/gzip"))), "hello hello hello");
    auto chunked = co_await session.get(server.url("/chunked"));
    EXPECT_EQ(co_await chunked.read(), "hello world");
    EXPECT_FALSE(chunked.headers().contains("x-trailer"));
    EXPECT_EQ(chunked.content_length(), -1);
  });
}

TEST_F(ClientSession, BelongsToOneLoop) {
  client_session session;
  const auto ask = [&]() -> asyncio::task<> {
    EXPECT_EQ(co_await text_of(session.get(server.url("/bytes/3"))), "abc");
    std::thread([&] {
      asyncio::run([&]() -> asyncio::task<> {
        EXPECT_THAT(co_await testing::failure_of<invalid_state_error>(session.get(server.url("/"))),
                    HasSubstr("another thread"));
      }());
    }).join();
  };
  asyncio::run(ask());
  EXPECT_TRUE(session.closed()) << "the loop's end closes it";
  const auto ask_again = [&]() -> asyncio::task<> {
    EXPECT_THAT(co_await testing::failure_of<invalid_state_error>(session.get(server.url("/"))),
                HasSubstr("has ended"));
  };
  asyncio::run(ask_again());
}

TEST_F(ClientSession, LeavesNoDescriptorAndNoConnection) {
  const int before = testing::open_descriptors();
  const auto use = [&]() -> asyncio::task<> {
    client_session session;
    for (int count = 0; count < 3; ++count)
      static_cast<void>(co_await text_of(session.get(server.url("/echo"))));
  };
  asyncio::run(use());
  server.wait_until_empty();
  EXPECT_EQ(testing::open_descriptors(), before);
}

TEST_F(ClientSession, MayEndBeforeItsResponses) {
  const auto use = [&]() -> asyncio::task<> {
    std::optional<client_session> session(std::in_place);
    auto whole = co_await session->get(server.url("/status/200"));
    auto part = co_await session->get(server.url("/head-only"));
    const std::string body = co_await whole.read();
    session.reset();
    EXPECT_EQ(whole.status(), 200);
    EXPECT_EQ(part.status(), 200);
    std::string text;
    try {
      static_cast<void>(co_await part.read());
    } catch (const invalid_state_error& error) {
      text = error.what();
    }
    EXPECT_THAT(text, HasSubstr("closed"));
  };
  asyncio::run(use());
}

TEST_F(ClientSession, RunsAnAwaitableOfItsOwn) {
  client_session session;
  EXPECT_EQ(asyncio::run(session.get(server.url("/status/404"))).status(), 404);
}

}  // namespace
}  // namespace overlap::http
