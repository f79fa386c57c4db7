// include/overlap/futures/detail/invoke.hpp
//
// std::invoke without <functional>: threading's, under this module's name.
//
// Threads: no state.
#pragma once

#include <overlap/threading/detail/invoke.hpp>

namespace overlap::futures::detail {

using threading::detail::invoke;

}  // namespace overlap::futures::detail
