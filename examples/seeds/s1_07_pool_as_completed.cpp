// examples/seeds/s1_07_pool_as_completed.cpp
//
// Five pages by three workers, each page handled as soon as it is there. A future is the key that leads back
// to what was asked for. The pool starts, limits and ends its threads by itself.

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <unordered_map>

#include <overlap/futures.hpp>

namespace futures = overlap::futures;
using namespace std::chrono_literals;

std::string fetch(const std::string& url) {
  std::this_thread::sleep_for(20ms);  // the article's takes 1 s
  return "Response from " + url;
}

int main() {
  futures::thread_pool_executor executor(3);
  std::unordered_map<futures::future<std::string>, std::string> urls;
  for (int i = 1; i <= 5; ++i) {
    const std::string url = "https://api.example.com/page/" + std::to_string(i);
    urls.emplace(executor.submit(fetch, url), url);
  }
  for (const auto& future : futures::as_completed(urls))
    std::printf("  %s: %s\n", urls.at(future).c_str(), future.result().c_str());
}
