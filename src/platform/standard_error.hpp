// src/platform/standard_error.hpp
//
// Last words of a process that is being ended by a signal.
//
// Threads: any; signal handlers.
#pragma once

#include <string_view>

namespace overlap::platform {

/// Writes `text` to standard error, as far as it goes. Async-signal-safe.
void write_standard_error(std::string_view text) noexcept;

/// The same for a number, in decimal.
void write_standard_error(unsigned long number) noexcept;

}  // namespace overlap::platform
