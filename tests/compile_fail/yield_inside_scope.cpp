// A generator cannot be suspended inside a scope: a yield there would leave the scope to whoever asks for the
// next value, out of order (Python's PEP 789). The body of `with` is a task, which does not yield.
#include <overlap/asyncio.hpp>

namespace asyncio = overlap::asyncio;

asyncio::async_generator<int> numbers() {
#ifdef OVERLAP_BAD
  co_await asyncio::with(asyncio::cancel_scope(), []() -> asyncio::task<> { co_yield 1; });
#else
  co_await asyncio::with(asyncio::cancel_scope(), []() -> asyncio::task<> { co_return; });
  co_yield 1;
#endif
}

int main() {}
