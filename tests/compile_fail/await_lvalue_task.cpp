// A task is awaited once, so only as an rvalue: `co_await std::move(work)` says that it is gone.
#include <utility>

#include <overlap/asyncio.hpp>

overlap::asyncio::task<> use(overlap::asyncio::task<> work) {
#ifdef OVERLAP_BAD
  co_await work;
#else
  co_await std::move(work);
#endif
}

int main() {}
