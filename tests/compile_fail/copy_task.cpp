// A task is one piece of work: it moves, it is not copied.
#include <utility>

#include <overlap/asyncio.hpp>

overlap::asyncio::task<> work() { co_return; }

int main() {
  auto first = work();
#ifdef OVERLAP_BAD
  auto second = first;
#else
  auto second = std::move(first);
#endif
  overlap::asyncio::run(std::move(second));
}
