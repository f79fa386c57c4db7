// Only our own coroutines can carry a stop: another library's is told what to do instead.
#include <coroutine>

#include <overlap/asyncio.hpp>

struct foreign {
  struct promise_type {
    foreign get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

#ifdef OVERLAP_BAD
using coroutine = foreign;
#else
using coroutine = overlap::asyncio::task<>;
#endif

coroutine waits() { co_await overlap::asyncio::sleep(overlap::duration()); }

int main() {}
