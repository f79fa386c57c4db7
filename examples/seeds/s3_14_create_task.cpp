// examples/seeds/s3_14_create_task.cpp
//
// Five downloads as tasks that start before anybody waits, gathered from a vector. The group owns them, so
// none can be forgotten.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <overlap/asyncio.hpp>

namespace asyncio = overlap::asyncio;
using namespace std::chrono_literals;

asyncio::task<std::string> download(std::string url) {
  std::printf("Start: %s\n", url.c_str());
  co_await asyncio::sleep(1s);  // stands for the network
  std::printf("Done: %s\n", url.c_str());
  co_return "Content of " + url;
}

asyncio::task<> download_all(asyncio::task_group& group) {
  std::vector<asyncio::task_handle<std::string>> tasks;
  for (int i = 0; i < 5; ++i) {
    tasks.push_back(group.create_task(download("https://example.com/" + std::to_string(i))));
  }
  const std::vector<std::string> results = co_await asyncio::gather(tasks);
  std::printf("Downloaded %zu pages\n", results.size());
}

int main() { asyncio::run(asyncio::with(asyncio::task_group(), download_all)); }
