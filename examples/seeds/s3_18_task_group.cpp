// examples/seeds/s3_18_task_group.cpp
//
// Three tasks in a group, one of which fails: the others are stopped, all have ended when the block is left,
// and except_star is Python's `except*` with its else.

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/base.hpp>

namespace asyncio = overlap::asyncio;
using namespace std::chrono_literals;

asyncio::task<std::string> fetch(std::string url) {
  co_await asyncio::sleep(1s);
  if (url.find("bad") != std::string::npos) throw std::invalid_argument("Bad URL: " + url);
  co_return "Content of " + url;
}

asyncio::task<> fetch_three(std::string third) {
  std::vector<asyncio::task_handle<std::string>> tasks;
  std::exception_ptr error;
  try {
    co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
      for (const std::string& page : {std::string("a"), std::string("b"), third}) {
        tasks.push_back(group.create_task(fetch("https://example.com/" + page)));
      }
      co_return;
    });
  } catch (...) {
    error = std::current_exception();
  }
  overlap::except_star(error)
      .on<std::invalid_argument>([](const overlap::exception_group& group) {
        group.for_each<std::invalid_argument>(
            [](const auto& bad) { std::printf("Caught: %s\n", bad.what()); });
      })
      .otherwise([&] {
        for (const auto& each : tasks) std::puts(each.result().c_str());
      })
      .done();
}

int main() {
  asyncio::run(fetch_three("bad"));
  asyncio::run(fetch_three("c"));
}
