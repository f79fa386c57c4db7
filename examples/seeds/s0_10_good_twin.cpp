// examples/seeds/s0_10_good_twin.cpp
//
// The good twin of s0_09_blocking_in_async.cpp: one session, made once and used by all tasks, whose requests
// suspend instead of blocking. So they overlap, and the time is that of the longest.
//
// Run it with `overlap serve`: s0_10_good_twin http://127.0.0.1:PORT

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/http.hpp>

namespace asyncio = overlap::asyncio;
namespace http = overlap::http;

asyncio::task<int> fetch_status(http::client_session& session, std::string url) {
  std::printf("asking %s\n", url.c_str());
  const http::client_response response = co_await session.get(url);
  std::printf("got %d from %s\n", response.status(), url.c_str());
  co_return response.status();
}

asyncio::task<> fetch_all(std::string base) {
  co_await asyncio::with(http::client_session(), [&](http::client_session& session) -> asyncio::task<> {
    const auto [first, second] = co_await asyncio::gather(fetch_status(session, base + "/delay/1"),
                                                          fetch_status(session, base + "/delay/0.5"));
    std::printf("[%d, %d]\n", first, second);
  });
}

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s URL\n", argv[0]);
    return 2;
  }
  try {
    const auto began = std::chrono::steady_clock::now();
    asyncio::run(fetch_all(argv[1]));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
    std::printf("%.2f s: the longest request, not the sum\n", taken.count());
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
