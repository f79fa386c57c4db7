// src/platform/current_thread.cpp
//
// pthread_setname_np, pthread_getname_np, pthread_getattr_np, gettid(2), getpid(2).

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "platform/current_thread.hpp"

namespace overlap::platform {

namespace {

// The lowest address of the calling thread's stack; 0 if the system does not tell.
std::uintptr_t stack_end() noexcept {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  std::size_t size = 0;
  const bool known = ::pthread_attr_getstack(&attributes, &lowest, &size) == 0;
  ::pthread_attr_destroy(&attributes);
  return known ? reinterpret_cast<std::uintptr_t>(lowest) : 0;
}

}  // namespace

void set_current_thread_name(std::string_view name) noexcept {
  char text[16] = {};
  name.copy(text, std::min(name.size(), sizeof text - 1));
  ::pthread_setname_np(::pthread_self(), text);
}

shared_text current_thread_name() {
  char text[16] = {};
  ::pthread_getname_np(::pthread_self(), text, sizeof text);
  return std::string_view(text);
}

unsigned long native_thread_id() noexcept { return static_cast<unsigned long>(::gettid()); }

std::size_t stack_bytes_left() noexcept {
  // Asked once a thread: it reads /proc for the main thread. The frame's address and not a local's, because
  // the address sanitizer keeps locals elsewhere.
  thread_local const std::uintptr_t end = stack_end();
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (end == 0 || here < end) return std::numeric_limits<std::size_t>::max();
  return here - end;
}

int process_id() noexcept { return ::getpid(); }

}  // namespace overlap::platform
