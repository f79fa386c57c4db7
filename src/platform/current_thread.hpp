// src/platform/current_thread.hpp
//
// What the system says and does about the calling thread and its process.
//
// Threads: any, each for itself.
#pragma once

#include <cstddef>
#include <string_view>

namespace overlap::platform {

/// Names the thread for ps, top and debuggers. Linux keeps 15 bytes; more are cut off.
void set_current_thread_name(std::string_view name) noexcept;

/// How much of the thread's stack is left below the caller, in bytes.
std::size_t stack_bytes_left() noexcept;

/// The id of the process; another one in a forked child.
int process_id() noexcept;

}  // namespace overlap::platform
