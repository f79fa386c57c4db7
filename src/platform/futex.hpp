// src/platform/futex.hpp
//
// Sleeping on a word of memory, with or without a time limit. (std::atomic::wait has no limit.)
//
// Threads: any.
#pragma once

#include <cstdint>

#include <overlap/base/time_point.hpp>

namespace overlap::platform {

/// Sleeps while `word` is `expected`, until futex_wake, a signal, or the moment `until` of the monotonic
/// clock. False: that moment has come. May return early: look at the word again.
bool futex_wait(const std::uint32_t& word, std::uint32_t expected, time_point until) noexcept;

/// Wakes at most `count` threads that sleep on `word`. Only its address is used, so the word may be gone
/// already: then nobody is woken, or somebody else for nothing.
void futex_wake(const std::uint32_t& word, int count) noexcept;

}  // namespace overlap::platform
