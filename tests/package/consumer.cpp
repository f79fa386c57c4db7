// The smallest program of a user: says that overlap was found, that its headers compile with the user's own
// flags, and that its libraries link and run.
#include <chrono>
#include <cstdio>

#include <overlap/asyncio.hpp>
#ifdef CONSUMER_HAS_HTTP
#  include <overlap/http.hpp>
#endif

namespace asyncio = overlap::asyncio;

asyncio::task<int> answer() {
  using namespace std::chrono_literals;
  co_await asyncio::sleep(1ms);
  co_return 42;
}

asyncio::task<int> main_task() { co_return co_await answer(); }

#ifdef CONSUMER_HAS_HTTP
// Needs no network, but all of overlap::http and what it is made of.
bool is_refused() {
  try {
    (void)overlap::http::get("nonsense://example.org/");
  } catch (const overlap::error& refusal) {
    std::printf("%s\n", refusal.what());
    return true;
  }
  return false;
}
#else
bool is_refused() { return true; }
#endif

int main() {
  const int result = asyncio::run(main_task());
  std::printf("overlap works: %d\n", result);
  return result == 42 && is_refused() ? 0 : 1;
}
