// include/overlap/base.hpp
//
// The door of overlap::base: what every other module is built on, and what a user meets in all of them.
#pragma once

/// duration             a span of time; takes `100ms` without the price of <chrono>
/// time_point           a moment on a loop's clock
/// error and its family os_error, timeout_error, cancelled_error, …: what went wrong, with what, what to try
/// exception_group      several errors in one: subgroup, split, derive          Python: ExceptionGroup
/// except_star          handlers by type for such a group, and try_star         Python: except*
/// exception_cast       the error in a std::exception_ptr, if it is of a type   Python: isinstance
/// outcome              a value, or the error that came instead
/// context_var          variables of a task, thread or job; context             Python: contextvars
/// hooks                what happens in the loops of a thread, for diagnostics and tests
/// OVERLAP_ASSERT       checks of the API's rules, and the handler that hears of broken ones
#include <overlap/base/assert.hpp>
#include <overlap/base/context_var.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/except_star.hpp>
#include <overlap/base/exception_cast.hpp>
#include <overlap/base/exception_group.hpp>
#include <overlap/base/hooks.hpp>
#include <overlap/base/intrusive_list.hpp>
#include <overlap/base/outcome.hpp>
#include <overlap/base/shared_text.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap {}  // namespace overlap
