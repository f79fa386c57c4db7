// tests/tools/serve_request_test.cpp
#include "serve_request.hpp"

#include <gmock/gmock.h>

namespace overlap::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

request read_whole(std::string_view bytes) {
  request_reader reader;
  EXPECT_EQ(reader.feed(bytes), bytes.size());
  EXPECT_TRUE(reader.is_done());
  return reader.take();
}

int status_of_refusal(std::string_view bytes) {
  request_reader reader;
  try {
    reader.feed(bytes);
  } catch (const refusal& refused) {
    return refused.status();
  }
  return 0;
}

TEST(RequestReader, PathAndQueryAreSplitAndDecoded) {
  const request made = read_whole("GET //drip/a%20b/?x=1+2&y=%3d&z HTTP/1.1\r\n\r\n");
  EXPECT_EQ(made.method, "GET");
  EXPECT_EQ(made.target, "//drip/a%20b/?x=1+2&y=%3d&z");
  EXPECT_THAT(made.segments, ElementsAre("drip", "a b"));
  EXPECT_THAT(made.query, ElementsAre(Pair("x", "1 2"), Pair("y", "="), Pair("z", "")));
  EXPECT_EQ(*made.find_query("y"), "=");
  EXPECT_EQ(made.find_query("w"), nullptr);
}

TEST(RequestReader, WhatIsNoEscapeStaysAsItIs) {
  EXPECT_THAT(read_whole("GET /%/%4/%zz/100% HTTP/1.1\r\n\r\n").segments,
              ElementsAre("%", "%4", "%zz", "100%"));
}

TEST(RequestReader, TargetsForProxiesLoseTheirHost) {
  EXPECT_THAT(read_whole("GET http://host:80/delay/1?a=b HTTP/1.1\r\n\r\n").segments,
              ElementsAre("delay", "1"));
  EXPECT_THAT(read_whole("GET http://host HTTP/1.1\r\n\r\n").segments, IsEmpty());
}

TEST(RequestReader, BytesMayComeOneAtATime) {
  const std::string_view bytes = "POST /echo HTTP/1.1\r\nA: 1\r\nA: 2\r\nContent-Length: 4\r\n\r\nbody";
  request_reader reader;
  std::string waiting;
  for (const char each : bytes) {
    EXPECT_FALSE(reader.is_done());
    waiting.push_back(each);
    waiting.erase(0, reader.feed(waiting));
  }
  ASSERT_TRUE(reader.is_done());
  const request made = reader.take();
  EXPECT_EQ(made.body, "body");
  EXPECT_THAT(made.headers, ElementsAre(Pair("A", "1"), Pair("A", "2"), Pair("Content-Length", "4")));
}

TEST(RequestReader, TheNextRequestIsLeftAlone) {
  const std::string_view first =
      "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  const std::string_view second = "GET / HTTP/1.1\r\n\r\n";
  request_reader reader;
  EXPECT_EQ(reader.feed(std::string(first).append(second)), first.size());
  EXPECT_EQ(reader.take().body, "abc");
}

TEST(RequestReader, ConnectionsAreKeptAsTheirVersionSays) {
  EXPECT_TRUE(read_whole("GET / HTTP/1.1\r\n\r\n").keeps_alive);
  EXPECT_FALSE(read_whole("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").keeps_alive);
  EXPECT_FALSE(read_whole("GET / HTTP/1.0\r\n\r\n").keeps_alive);
  EXPECT_TRUE(read_whole("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keeps_alive);
}

TEST(RequestReader, ContinueIsAskedForOnce) {
  request_reader reader;
  EXPECT_FALSE(reader.takes_continue());
  reader.feed("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_TRUE(reader.takes_continue());
  EXPECT_FALSE(reader.takes_continue());
}

TEST(RequestReader, LimitsAndNonsenseAreRefused) {
  const std::string long_header =
      "GET / HTTP/1.1\r\nA: " + std::string(request_reader::header_bytes_max, 'a');
  EXPECT_EQ(status_of_refusal(long_header), 431);
  EXPECT_EQ(status_of_refusal("POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n"), 413);
  EXPECT_EQ(status_of_refusal("GET / HTTP/7.0\r\n\r\n"), 505);
  EXPECT_EQ(status_of_refusal("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status_of_refusal("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400);
}

}  // namespace
}  // namespace overlap::serve
