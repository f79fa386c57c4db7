// include/overlap/futures/detail/stop_control.hpp
//
// A std::stop_token for functions that take one first: threading's, under this module's names.
//
// Threads: any, as std::stop_source.
#pragma once

#include <overlap/threading/detail/stop_control.hpp>

namespace overlap::futures::detail {

using threading::detail::stop_control;
using threading::detail::stop_handle;
using threading::detail::takes_stop_token;

}  // namespace overlap::futures::detail
