// examples/seeds/s3_08_lock.cpp
//
// Results that several threads add to. The article takes a lock around each append and hopes that nobody
// forgets it; here the list cannot be reached without its lock.

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <overlap/threading.hpp>

namespace threading = overlap::threading;

int main() {
  threading::guarded<std::vector<std::string>> results;
  {
    std::vector<threading::thread> threads;
    for (const char* url : {"https://a.com", "https://b.com", "https://c.com"}) {
      threads
          .emplace_back([&results, url] {
            std::string page = std::string("page of ") + url;  // the long part, without the lock
            results.with([&](auto& list) { list.push_back(std::move(page)); });
          })
          .start();
    }
  }  // joined here

  auto list = results.lock();
  std::ranges::sort(*list);
  for (const std::string& each : *list) std::puts(each.c_str());
}
