// include/overlap/threading/current_thread.hpp
//
// Who runs, and who else.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <overlap/threading/thread_handle.hpp>

namespace overlap::threading {

/// The thread that calls. Works for every thread; one that overlap has not started (of std::thread, of a
/// pool, of a library) is known from its first call on, by the name the system has for it.
///
/// Cost     an allocation at the first call of such a thread
/// Python   threading.current_thread
[[nodiscard]] thread_handle current_thread();

/// The thread that main() runs on. Python: threading.main_thread.
[[nodiscard]] thread_handle main_thread();

/// The threads that are alive: the main one, those that overlap has started, and those that have called
/// current_thread(). In the order in which they became known. Python: threading.enumerate.
[[nodiscard]] std::vector<thread_handle> enumerate();

/// How many enumerate() would give now. Python: threading.active_count.
[[nodiscard]] std::size_t active_count();

/// The caller's thread_handle::ident, without the handle: a few ns. Python: threading.get_ident.
[[nodiscard]] std::uint64_t get_ident() noexcept;

/// The caller's thread_handle::native_id. Python: threading.get_native_id.
[[nodiscard]] unsigned long get_native_id() noexcept;

}  // namespace overlap::threading
