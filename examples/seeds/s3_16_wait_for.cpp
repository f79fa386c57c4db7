// examples/seeds/s3_16_wait_for.cpp
//
// A limit on how long one may wait. The slow operation is stopped and awaited before the error is thrown, and
// what it held is given back: see what its destructor prints.

#include <chrono>
#include <cstdio>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/base.hpp>

namespace asyncio = overlap::asyncio;
using namespace std::chrono_literals;

struct connection {
  connection() { std::puts("connection opened"); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() { std::puts("connection closed"); }
};

asyncio::task<std::string> slow_operation() {
  const connection held;
  co_await asyncio::sleep(10s);
  co_return "done";
}

asyncio::task<> impatient() {
  try {
    const std::string result = co_await asyncio::wait_for(slow_operation(), 3s);
    std::puts(result.c_str());
  } catch (const overlap::timeout_error&) {
    std::puts("Operation timed out after 3 seconds");
  }
}

int main() { asyncio::run(impatient()); }
