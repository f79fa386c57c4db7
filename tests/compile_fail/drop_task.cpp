// Calling a coroutine does nothing; forgetting to await it is an error under -Werror.
#include <overlap/asyncio.hpp>

overlap::asyncio::task<> work() { co_return; }

overlap::asyncio::task<> caller() {
#ifdef OVERLAP_BAD
  work();
  co_return;
#else
  co_await work();
#endif
}

int main() {}
