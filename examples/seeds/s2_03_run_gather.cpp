// examples/seeds/s2_03_run_gather.cpp
//
// The one line that every introduction shows, run(gather(…)), which Python refuses or not by version. Here
// run takes whatever can be awaited.

#include <chrono>
#include <cstdio>

#include <overlap/asyncio.hpp>

namespace asyncio = overlap::asyncio;
using namespace std::chrono_literals;

asyncio::task<> task1() {
  co_await asyncio::sleep(2s);
  std::puts("task1 done");
}

asyncio::task<> task2() {
  co_await asyncio::sleep(1s);
  std::puts("task2 done");
}

int main() { asyncio::run(asyncio::gather(task1(), task2())); }
