// examples/seeds/s0_09_blocking_in_async.cpp
//
// Looks asynchronous and is not: each task makes a blocking request, and while it waits, the loop's only
// thread waits with it. So the second request begins when the first has ended, and the time is the sum. The
// good twin is s0_10_good_twin.cpp.
//
// Run it with `overlap serve`: s0_09_blocking_in_async http://127.0.0.1:PORT

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/http.hpp>

namespace asyncio = overlap::asyncio;
namespace http = overlap::http;

asyncio::task<int> fetch_status(std::string url) {
  std::printf("asking %s\n", url.c_str());
  const http::response response = http::get(url);  // blocks the whole loop: that is the mistake
  std::printf("got %d from %s\n", response.status_code, url.c_str());
  co_return response.status_code;
}

asyncio::task<> fetch_all(std::string base) {
  const auto [first, second] =
      co_await asyncio::gather(fetch_status(base + "/delay/1"), fetch_status(base + "/delay/0.5"));
  std::printf("[%d, %d]\n", first, second);
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
    std::printf("%.2f s: slow, the sum of 1 s and 0.5 s\n", taken.count());
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
