// examples/seeds/s3_19_gather_or_group.cpp
//
// What gather and task_group do when one of three fails. The article's table says that gather leaks tasks;
// Python's leaves the others running, ours stops and awaits them. A group tells of all errors, and takes more
// tasks while it runs.

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include <overlap/asyncio.hpp>
#include <overlap/base.hpp>

namespace asyncio = overlap::asyncio;
using namespace std::chrono_literals;

int running = 0;

struct counted {
  counted() { ++running; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --running; }
};

asyncio::task<> work(std::chrono::milliseconds delay, const char* error) {
  const counted self;
  co_await asyncio::sleep(delay);
  if (error != nullptr) throw std::runtime_error(error);
}

asyncio::task<> compare() {
  try {
    co_await asyncio::gather(work(1s, "first"), work(1s, "second"), work(9s, nullptr));
  } catch (const std::exception& error) {
    std::printf("gather: %s; still running: %d\n", error.what(), running);
  }
  try {
    co_await asyncio::with(asyncio::task_group(), [](asyncio::task_group& group) -> asyncio::task<> {
      group.create_task(work(1s, "first"));
      group.create_task(work(9s, nullptr));
      co_await asyncio::sleep(500ms);
      group.create_task(work(500ms, "second"));  // created while the group runs
    });
  } catch (const overlap::exception_group& errors) {
    std::printf("task_group: %zu errors; still running: %d\n", errors.exceptions().size(), running);
  }
}

int main() { asyncio::run(compare()); }
