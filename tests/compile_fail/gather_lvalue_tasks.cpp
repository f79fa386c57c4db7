// Gathering consumes tasks, so a vector of them is moved in.
#include <utility>
#include <vector>

#include <overlap/asyncio.hpp>

overlap::asyncio::task<> all(std::vector<overlap::asyncio::task<int>> tasks) {
#ifdef OVERLAP_BAD
  co_await overlap::asyncio::gather(tasks);
#else
  co_await overlap::asyncio::gather(std::move(tasks));
#endif
}

int main() {}
