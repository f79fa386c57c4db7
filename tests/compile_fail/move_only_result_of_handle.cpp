// Awaiting a handle copies the value, because others may hold the handle too; what cannot be copied is taken.
#include <utility>

#include <overlap/asyncio.hpp>

struct ticket {
  ticket() = default;
  ticket(ticket&&) = default;
};

overlap::asyncio::task<> use(overlap::asyncio::task_handle<ticket> handle) {
#ifdef OVERLAP_BAD
  ticket mine = co_await handle;
#else
  ticket mine = co_await std::move(handle);
#endif
  static_cast<void>(mine);
}

int main() {}
