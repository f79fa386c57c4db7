// The smallest program of a user: says that overlap was found, that its headers compile with the user's own
// flags, and that its libraries link and run.
#include <chrono>
#include <cstdio>

#include <overlap/asyncio.hpp>

namespace asyncio = overlap::asyncio;

asyncio::task<int> answer() {
  using namespace std::chrono_literals;
  co_await asyncio::sleep(1ms);
  co_return 42;
}

asyncio::task<int> main_task() { co_return co_await answer(); }

int main() {
  const int result = asyncio::run(main_task());
  std::printf("overlap works: %d\n", result);
  return result == 42 ? 0 : 1;
}
