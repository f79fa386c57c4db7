// What the README shows: three pages at once. Python: examples/readme/fetch_all.py
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

// [readme]
#include <overlap/asyncio.hpp>
#include <overlap/http.hpp>
using namespace overlap;

asyncio::task<std::size_t> size_of(http::client_session& session, std::string url) {
  auto response = co_await session.get(url);
  co_return (co_await response.read()).size();
}

asyncio::task<> fetch_all(std::vector<std::string> urls) {
  http::client_session session;
  std::vector<asyncio::task<std::size_t>> pages;
  for (auto& url : urls) pages.push_back(size_of(session, url));
  for (std::size_t size : co_await asyncio::gather(std::move(pages))) std::printf("%zu bytes\n", size);
}

int main(int argc, char** argv) { asyncio::run(fetch_all({argv + 1, argv + argc})); }
// [readme]
