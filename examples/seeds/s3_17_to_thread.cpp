// examples/seeds/s3_17_to_thread.cpp
//
// Calls that block (a database driver, a file parser, a legacy library) beside the loop: one, then three that
// overlap. run_in_executor is the older form, and takes a pool of one's own.

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include <overlap/asyncio.hpp>
#include <overlap/futures.hpp>

namespace asyncio = overlap::asyncio;
using namespace std::chrono_literals;

std::string blocking_io() {
  std::this_thread::sleep_for(20ms);  // the article's takes 2 s
  return "result from blocking call";
}

asyncio::task<> call_all() {
  const std::string result = co_await asyncio::to_thread(blocking_io);
  std::puts(result.c_str());

  const auto [first, second, third] = co_await asyncio::gather(
      asyncio::to_thread(blocking_io), asyncio::to_thread(blocking_io), asyncio::to_thread(blocking_io));
  std::printf("%s\n%s\n%s\n", first.c_str(), second.c_str(), third.c_str());

  const overlap::futures::thread_pool_executor pool;
  const std::string by_pool = co_await asyncio::run_in_executor(pool, blocking_io);
  std::puts(by_pool.c_str());
}

int main() { asyncio::run(call_all()); }
