// include/overlap/base.hpp
//
// The door of base: what every other module is built on, and what a user meets in all of them.
//
//   duration, time_point   a span of time that takes `100ms`; a moment on a loop's clock
//   error and its family   what was being done, to what, why it failed, what to try   Python: OSError, …
//   exception_group        several errors in one: subgroup, split, derive             Python: ExceptionGroup
//   except_star, try_star  handlers by type for such a group                          Python: except*
//   exception_cast         the error in a std::exception_ptr, if it is of a type      Python: isinstance
//   outcome                a value, or the error that came instead
//   context_var, context   variables of a task, thread or job                         Python: contextvars
//   hooks                  what happens in the loops of a thread, for diagnostics and tests
//   OVERLAP_ASSERT         checks of the API's rules, and the handler that hears of broken ones
#pragma once

#include <overlap/base/assert.hpp>
#include <overlap/base/context.hpp>
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
