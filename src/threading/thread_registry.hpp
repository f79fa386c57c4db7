// src/threading/thread_registry.hpp
//
// The threads that are alive, and what the process does about them when it exits.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "threading/thread_record.hpp"

namespace overlap::threading::detail {

/// A number that no thread has had. The main thread's is 1.
std::uint64_t next_thread_ident() noexcept;

/// The process waits at its exit for what is enlisted and was started here.
void enlist(thread_record& record);
void delist(thread_record& record) noexcept;

thread_record& main_record();
std::vector<thread_handle> alive_threads();
std::size_t alive_thread_count() noexcept;

/// A thread that was left to the process has ended: the next such one, or the exit, collects it.
void collect_later(thread_record& ended) noexcept;

}  // namespace overlap::threading::detail
