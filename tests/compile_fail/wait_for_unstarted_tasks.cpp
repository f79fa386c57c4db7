// Waiting for tasks that nobody has started would start them without an owner; handles are waited for. Number
// 32 of requirements §3.
#include <vector>

#include <overlap/asyncio.hpp>

namespace asyncio = overlap::asyncio;

asyncio::task<int> work() { co_return 1; }

asyncio::task<> caller() {
#ifdef OVERLAP_BAD
  std::vector<asyncio::task<int>> all;
  all.push_back(work());
#else
  const std::vector<asyncio::task_handle<int>> all{asyncio::create_task(work())};
#endif
  co_await asyncio::wait(all);
}

int main() {}
