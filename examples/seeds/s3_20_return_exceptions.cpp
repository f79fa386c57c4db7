// examples/seeds/s3_20_return_exceptions.cpp
//
// Independent downloads: each gives its value or its error, and none stops the others.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/base.hpp>

namespace asyncio = overlap::asyncio;
using namespace std::chrono_literals;

class connection_error : public overlap::error {
 public:
  using error::error;
};

asyncio::task<std::string> risky_download(std::string url) {
  co_await asyncio::sleep(1s);
  if (url.find("fail") != std::string::npos) throw connection_error("Cannot reach " + url);
  co_return "OK: " + url;
}

asyncio::task<> download_all() {
  const std::vector<std::string> urls = {"https://a.com", "https://fail.com", "https://b.com"};
  std::vector<asyncio::task<std::string>> downloads;
  for (const std::string& url : urls) downloads.push_back(risky_download(url));

  const auto results = co_await asyncio::gather(asyncio::return_exceptions, std::move(downloads));
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (const auto* error = overlap::exception_cast<connection_error>(results[i].exception())) {
      std::printf("FAILED %s: %s\n", urls[i].c_str(), error->what());
    } else {
      std::printf("OK %s: %s\n", urls[i].c_str(), results[i].value().c_str());
    }
  }
}

int main() { asyncio::run(download_all()); }
