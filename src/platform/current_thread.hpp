// src/platform/current_thread.hpp
//
// What the system says and does about the calling thread and its process.
//
// Threads: any, each for itself.
#pragma once

#include <cstddef>
#include <string_view>

#include <overlap/base/shared_text.hpp>

namespace overlap::platform {

/// Names the thread for ps, top and debuggers. Linux keeps 15 bytes; more are cut off.
void set_current_thread_name(std::string_view name) noexcept;

/// The name of the thread as the system has it.
shared_text current_thread_name();

/// The system's id of the thread: what ps, top and debuggers show. That of the main thread is process_id().
unsigned long native_thread_id() noexcept;

/// How much of the thread's stack is left below the caller, in bytes.
std::size_t stack_bytes_left() noexcept;

/// The id of the process; another one in a forked child.
int process_id() noexcept;

}  // namespace overlap::platform
