// include/overlap/futures/unhandled_exception.hpp
//
// Where exceptions go that have no caller left: what a done callback threw, and the error of a future that
// everybody dropped without looking at it. Such an error is not a broken rule, so it must not abort; and it
// has no owner, so nobody could throw it. The default handler therefore writes one line to standard error:
// the only other choice would be to lose it.
//
// Threads: set_unhandled_exception_handler may be called from any thread; the handler runs on the thread
// where the error was found, possibly on several at once.
#pragma once

#include <exception>

namespace overlap::futures {

/// An exception nobody can receive any more.
struct unhandled_exception {
  std::exception_ptr error;  ///< never null
  const char* where;         ///< what was being done, for people: "a done callback of a future"
};

/// Receives such an exception. It must not throw, and should be short: it may run on a pool's worker.
using unhandled_exception_handler = void (*)(const unhandled_exception&) noexcept;

/// Replaces the handler and returns the one before; null puts the first one back, which writes one line to
/// standard error.
///
/// Python   the logger of concurrent.futures for callbacks; it loses the errors of dropped futures
unhandled_exception_handler set_unhandled_exception_handler(unhandled_exception_handler handler) noexcept;

namespace detail {
void report_unhandled_exception(std::exception_ptr error, const char* where) noexcept;
}

}  // namespace overlap::futures
