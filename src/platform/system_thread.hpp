// src/platform/system_thread.hpp
//
// Threads of the system, with the stack size that std::thread cannot be told.
//
// Threads: any.
#pragma once

#include <cstddef>

namespace overlap::platform {

/// A thread that has to be joined once.
struct system_thread {
  unsigned long handle;  // pthread_t
};

/// Starts a thread that calls `entry(argument)`.
///
/// Parameters
///   stack_bytes   the size of its stack, rounded up to what the system accepts; 0: as usual, 8 MiB as a rule
/// Throws          os_error, when the system has no more threads to give
system_thread start_thread(void (*entry)(void*) noexcept, void* argument, std::size_t stack_bytes);

/// Waits for its very end: the destructors of its thread_local objects have run.
void join_thread(system_thread joined) noexcept;

}  // namespace overlap::platform
