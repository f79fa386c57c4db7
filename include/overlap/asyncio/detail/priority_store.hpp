// include/overlap/asyncio/detail/priority_store.hpp
//
// The store of a priority_queue: the queue module's, under this module's name.
//
// Threads: none of its own; the owner's.
#pragma once

#include <overlap/queue/detail/priority_store.hpp>

namespace overlap::asyncio::detail {

using overlap::queue::detail::first_or_whole;
using overlap::queue::detail::priority_store;

}  // namespace overlap::asyncio::detail
