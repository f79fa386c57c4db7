// src/platform/system_thread.cpp
//
// pthread_create(3), pthread_join(3).

#include <limits.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <overlap/base/error.hpp>

#include "platform/system_thread.hpp"

namespace overlap::platform {

namespace {

struct entry_call {
  void (*entry)(void*) noexcept;
  void* argument;
};

void* call_entry(void* made) {
  auto* kept = static_cast<entry_call*>(made);
  const entry_call call = *kept;
  delete kept;
  call.entry(call.argument);
  return nullptr;
}

// Whole pages, and not less than the least: pthread_attr_setstacksize refuses the rest.
std::size_t accepted_stack_bytes(std::size_t wanted) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto least = static_cast<std::size_t>(PTHREAD_STACK_MIN);
  return (std::max(wanted, least) + page - 1) / page * page;
}

}  // namespace

system_thread start_thread(void (*entry)(void*) noexcept, void* argument, std::size_t stack_bytes) {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  int code = 0;
  if (stack_bytes != 0) code = ::pthread_attr_setstacksize(&attributes, accepted_stack_bytes(stack_bytes));
  system_thread started{};
  if (code == 0) {
    auto* call = new entry_call{entry, argument};
    code = ::pthread_create(&started.handle, &attributes, &call_entry, call);
    if (code != 0) delete call;
  }
  ::pthread_attr_destroy(&attributes);
  if (code != 0)
    throw os_error(code, "start a thread", {},
                   "the limit of threads (ulimit -u, pids.max of the container) or of memory is reached: use "
                   "a pool, or tasks of asyncio");
  return started;
}

void join_thread(system_thread joined) noexcept { ::pthread_join(joined.handle, nullptr); }

}  // namespace overlap::platform
