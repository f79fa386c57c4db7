// examples/seeds/s3_06_pool_requests.cpp
//
// Four downloads by four threads, each handled as soon as it is there, each with its own errors: one that
// fails does not touch the others.
//
// Run it with `overlap serve`: s3_06_pool_requests http://127.0.0.1:PORT

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <unordered_map>

#include <overlap/futures.hpp>
#include <overlap/http.hpp>

namespace futures = overlap::futures;
namespace http = overlap::http;
using namespace std::chrono_literals;

std::size_t download(const std::string& url) {
  return http::get(url, {.timeout = 900ms}).content.size();  // the article gives each 10 s
}

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s URL\n", argv[0]);
    return 2;
  }
  futures::thread_pool_executor executor(4);
  std::unordered_map<futures::future<std::size_t>, std::string> urls;
  for (const char* path : {"/delay/0.6", "/delay/0.4", "/delay/9", "/delay/0.2"}) {
    const std::string url = std::string(argv[1]) + path;
    urls.emplace(executor.submit(download, url), url);
  }
  for (const auto& future : futures::as_completed(urls)) {
    const std::string& url = urls.at(future);
    try {
      std::printf("Downloaded %s: %zu bytes\n", url.c_str(), future.result());
    } catch (const overlap::error& failure) {
      std::printf("Failed %s: %s\n", url.c_str(), failure.what());
    }
  }
}
