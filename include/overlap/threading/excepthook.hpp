// include/overlap/threading/excepthook.hpp
//
// Where the exception of a thread goes when nobody joins it. Such an error is not a broken rule, so it must
// not abort; and nobody is left who could catch it. The default hook therefore writes one line to standard
// error: the only other choice would be to lose it.
//
// Threads: set_excepthook may be called from any thread. The hook runs on the thread that gives up the last
// chance to catch the error: the one that destroys the owner, or the failing one itself if it has none.
#pragma once

#include <exception>

#include <overlap/threading/thread_handle.hpp>

namespace overlap::threading {

/// An exception of a thread that nobody has taken. Python: the args of threading.excepthook.
struct excepthook_arguments {
  std::exception_ptr error;  ///< never null
  thread_handle thread;      ///< where it was thrown
};

/// Receives such an exception. It must not throw.
using excepthook_function = void (*)(const excepthook_arguments&) noexcept;

/// Replaces the hook and returns the one before; null puts the first one back, which writes one line to
/// standard error.
///
/// Python   assigning to threading.excepthook; threading.__excepthook__ is the first one
excepthook_function set_excepthook(excepthook_function hook) noexcept;

}  // namespace overlap::threading
