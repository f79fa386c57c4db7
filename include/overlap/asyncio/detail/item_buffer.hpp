// include/overlap/asyncio/detail/item_buffer.hpp
//
// The stores of queues and channels: the queue module's, under this module's names.
//
// Threads: none of their own; the owner's.
#pragma once

#include <overlap/queue/detail/item_buffer.hpp>

namespace overlap::asyncio::detail {

using overlap::queue::detail::fifo_store;
using overlap::queue::detail::item_buffer;
using overlap::queue::detail::lifo_store;

}  // namespace overlap::asyncio::detail
