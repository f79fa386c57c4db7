// src/platform/current_thread.hpp
//
// What the system can do for the calling thread only.
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

}  // namespace overlap::platform
