// include/overlap/base/assert.hpp
//
// Assertions on the rules of the API. They stay on in release builds, cost one untaken branch, and say what
// to do instead. Operating errors are exceptions (base/error.hpp), never assertions.
//
// Threads: set_misuse_handler may be called from any thread; the handler runs on the offending one.
#pragma once

#include <source_location>

namespace overlap {

/// What is known about a broken rule.
struct misuse {
  const char* condition;       ///< the rule, as C++ text
  const char* advice;          ///< what to do instead
  std::source_location place;  ///< where it was noticed
};

/// Called when a rule of the API is broken. It may throw (tests do); if it returns, the program aborts.
using misuse_handler = void (*)(const misuse&);

/// Replaces the handler and returns the one before. The first one writes the misuse to standard error.
misuse_handler set_misuse_handler(misuse_handler handler) noexcept;

namespace detail {
[[noreturn]] void report_misuse(const char* condition, const char* advice,
                                std::source_location place = std::source_location::current());
}

}  // namespace overlap

/// Checks a rule of the API, always. `advice` is a literal that says what to do instead.
#define OVERLAP_ASSERT(condition, advice)                                   \
  (__builtin_expect(static_cast<bool>(condition), 1) ? static_cast<void>(0) \
                                                     : ::overlap::detail::report_misuse(#condition, advice))
