// tests/http/blocking_test.cpp
//
// The twin without a loop.

#include <gmock/gmock.h>

#include <chrono>
#include <thread>
#include <vector>

#include <overlap/http/json.hpp>

#include "http/session_fixture.hpp"

namespace overlap::http {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Blocking : public testing::SessionTest {};

TEST_F(Blocking, GivesAWholeAnswer) {
  const response answer = get(server.url("/echo"), {.params = {{"a", 1}}, .timeout = 10s});
  EXPECT_EQ(answer.status_code, 200);
  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(answer.reason, "OK");
  EXPECT_EQ(answer.url, server.url("/echo?a=1"));
  EXPECT_THAT(answer.content, StartsWith("GET /echo?a=1 HTTP/1.1\r\n"));
  EXPECT_EQ(answer.headers.get("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(get(server.url("/latin1")).text(), "caf\xc3\xa9");
  EXPECT_EQ(get(server.url("/bytes/3000000")).content.size(), 3'000'000U);
}

TEST_F(Blocking, KnowsMethodsBodiesAndRedirects) {
  EXPECT_THAT(post(server.url("/echo"), {.json = "[1]"}).content, EndsWith("[1]"));
  EXPECT_THAT(put(server.url("/echo"), {.data = "x"}).content, StartsWith("PUT "));
  EXPECT_THAT(patch(server.url("/echo")).content, StartsWith("PATCH "));
  EXPECT_THAT(delete_(server.url("/echo")).content, StartsWith("DELETE "));
  EXPECT_THAT(options(server.url("/echo")).content, StartsWith("OPTIONS "));
  EXPECT_EQ(head(server.url("/bytes/9")).headers.get("content-length"), "9");
  const response moved = get(server.url("/redirect/2"));
  EXPECT_EQ(moved.redirect_count, 2);
  EXPECT_EQ(moved.url, server.url("/echo"));
}

TEST_F(Blocking, ThrowsTheSameErrors) {
  EXPECT_THROW(get("http://127.0.0.1:1/"), client_connection_error);
  EXPECT_THROW(get("file:///etc/passwd"), invalid_url);
  EXPECT_THROW(get(server.url("/loop")), too_many_redirects);
  EXPECT_THROW(get(server.url("/cut/100")), client_payload_error);
  EXPECT_THROW(get(server.url("/status/500")).raise_for_status(), client_response_error);
  EXPECT_THROW(get(server.url("/status/404"), {.raise_for_status = true}), client_response_error);
  try {
    get(server.url("/never"), {.timeout = 20ms});
    ADD_FAILURE() << "there was no answer";
  } catch (const timeout_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no answer within 0.02 s"));
  }
}

TEST_F(Blocking, WorksInManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int count = 0; count < 8; ++count)
    threads.emplace_back([&] { EXPECT_EQ(get(server.url("/bytes/3")).content, "abc"); });
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(server.requests(), 8);
}

TEST_F(Blocking, ReadsAndWritesJson) {
  const nlohmann::json value = {{"name", "overlap"}, {"numbers", {1, 2, 3}}};
  const response answer = post(server.url("/echo"), {.json = json_text(value)});
  response body = answer;
  body.content = answer.content.substr(answer.content.find("\r\n\r\n") + 4);
  EXPECT_EQ(json(body), value);
  EXPECT_THROW(json(answer), client_payload_error) << "the head before it is no JSON";
  run_session([&](client_session& session) -> asyncio::task<> {
    auto no_json = co_await session.get(server.url("/echo"));
    bool is_refused = false;
    try {
      static_cast<void>(co_await json(no_json));
    } catch (const client_payload_error&) {
      is_refused = true;
    }
    EXPECT_TRUE(is_refused);
  });
}

}  // namespace
}  // namespace overlap::http
