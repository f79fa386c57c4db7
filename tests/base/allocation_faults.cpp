// tests/base/allocation_faults.cpp
//
// The replaceable operator new of this test program. Everything still comes from malloc, so the sanitizers
// see every leak.

#include <cstdlib>

#include "base/allocation_faults.hpp"

namespace overlap::testing {

namespace {
constinit thread_local int successes_left = -1;
}

void fail_allocation_after(int successes) noexcept { successes_left = successes; }

bool allocation_fault_is_pending() noexcept { return successes_left >= 0; }

static void* allocate(std::size_t size) {
  if (successes_left >= 0 && successes_left-- == 0) throw std::bad_alloc();
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace overlap::testing

void* operator new(std::size_t size) { return overlap::testing::allocate(size); }
void* operator new[](std::size_t size) { return overlap::testing::allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
