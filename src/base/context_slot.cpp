// src/base/context_slot.cpp
//
// The context that a thread has of its own.
//
// Its storage is never destroyed, only emptied when the thread ends: destructors of other thread_local
// objects run in any order and may still ask for a variable. What they set that late is not given back.

#include <cstddef>
#include <new>

#include <overlap/base/detail/context_slot.hpp>

namespace overlap::detail {

namespace {

alignas(context_storage) constinit thread_local std::byte thread_memory[sizeof(context_storage)]{};
constinit thread_local context_storage* thread_storage = nullptr;

struct emptied_at_thread_exit {
  ~emptied_at_thread_exit() { *thread_storage = context_storage(); }
};

context_storage& make_thread_context() noexcept {
  thread_storage = new (thread_memory) context_storage();
  static thread_local emptied_at_thread_exit registration;
  return *thread_storage;
}

}  // namespace

context_storage& thread_context() noexcept {
  return thread_storage != nullptr ? *thread_storage : make_thread_context();
}

}  // namespace overlap::detail
