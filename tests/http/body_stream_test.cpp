// tests/http/body_stream_test.cpp
//
// Bodies piece by piece: nothing is lost, and a slow reader holds the server back.

#include <algorithm>
#include <chrono>

#include "http/session_fixture.hpp"

namespace overlap::http {
namespace {

using namespace std::chrono_literals;

class BodyStream : public testing::SessionTest {};

constexpr std::size_t piece_max = 16 * 1024;  // what libcurl hands over at once

bool is_alphabet(const std::string& body) {
  for (std::size_t index = 0; index < body.size(); ++index)
    if (body[index] != static_cast<char>('a' + index % 26)) return false;
  return true;
}

TEST_F(BodyStream, GivesEveryByteInOrder) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/bytes/1000000"));
    std::string body;
    for (;;) {
      const std::string chunk = co_await response.content.read_chunk();
      if (chunk.empty()) break;
      body += chunk;
    }
    EXPECT_EQ(body.size(), 1'000'000U);
    EXPECT_TRUE(is_alphabet(body));
    EXPECT_TRUE(response.content.at_end());
    EXPECT_EQ(co_await response.content.read_chunk(), "") << "the end stays the end";
  });
}

TEST_F(BodyStream, ReadsAtMostWhatIsAskedFor) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/bytes/300000"));
    std::string body;
    std::size_t wanted = 1;
    for (;;) {
      const std::string chunk = co_await response.content.read(wanted);
      EXPECT_LE(chunk.size(), wanted);
      if (chunk.empty()) break;
      body += chunk;
      wanted = wanted % 5000 + 7;
    }
    EXPECT_EQ(body.size(), 300'000U);
    EXPECT_TRUE(is_alphabet(body));
  });
}

TEST_F(BodyStream, SlowReaderHoldsTheServerBack) {
  constexpr long long whole = 256LL * 1024 * 1024;
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/bytes/" + std::to_string(whole)));
    std::size_t most = 0;
    for (int count = 0; count < 200; ++count) {
      // Other requests keep the loop turning while nobody reads this body.
      auto other = co_await session.get(server.url("/status/200"));
      const std::string text = co_await other.read();
      most = std::max(most, response.content.buffered());
      EXPECT_FALSE((co_await response.content.read(100)).empty());
    }
    EXPECT_LE(most, 64 * 1024 + piece_max);
    EXPECT_LT(server.bytes_sent(), whole / 4) << "the rest waits on the server's side";
    const std::size_t active = session.statistics().requests_active;
    EXPECT_EQ(active, 1U);
  });
}

TEST_F(BodyStream, WholeBodyAfterSomePiecesAndAPause) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto response = co_await session.get(server.url("/bytes/500000"));
    std::string body = co_await response.content.read(10);
    auto other = co_await session.get(server.url("/bytes/1000"));
    body += co_await response.read();
    EXPECT_EQ(body.size(), 500'000U);
    EXPECT_TRUE(is_alphabet(body));
  });
}

TEST_F(BodyStream, DroppedBodyFreesItsSlotAndConnection) {
  run_session({.limit = 1}, [&](client_session& session) -> asyncio::task<> {
    for (int count = 0; count < 20; ++count) {
      auto response = co_await session.get(server.url("/bytes/10000000"));
      EXPECT_FALSE((co_await response.content.read_chunk()).empty());
    }
    auto response = co_await session.get(server.url("/bytes/26"));
    EXPECT_EQ(co_await response.read(), "abcdefghijklmnopqrstuvwxyz");
    EXPECT_LE(session.statistics().connections_open, 1U);
  });
  server.wait_until_empty();
}

TEST_F(BodyStream, CancelledReadLosesNoByte) {
  run_session([&](client_session& session) -> asyncio::task<> {
    auto part = co_await session.get(server.url("/head-only"));
    for (int count = 0; count < 3; ++count) {
      bool is_late = false;
      try {
        co_await asyncio::with(asyncio::timeout(1ms), [&]() -> asyncio::task<> {
          static_cast<void>(co_await part.content.read_chunk());
        });
      } catch (const timeout_error&) {
        is_late = true;
      }
      EXPECT_TRUE(is_late);
    }
    EXPECT_EQ(part.status(), 200) << "the response is still there";
  });
}

}  // namespace
}  // namespace overlap::http
