// include/overlap/asyncio/lifo_queue.hpp
//
// A queue for the tasks of one loop: what goes in last comes out first.
//
// Threads: the loop's thread only.
#pragma once

#include <overlap/asyncio/basic_queue.hpp>
#include <overlap/asyncio/detail/item_buffer.hpp>

namespace overlap::asyncio {

/// A stack between tasks. Waiting tasks are still served in the order they came. All members are in
/// basic_queue.
///
/// Python   asyncio.LifoQueue
template <class T>
class lifo_queue : public basic_queue<T, detail::lifo_store<T>> {
 public:
  using basic_queue<T, detail::lifo_store<T>>::basic_queue;
};

}  // namespace overlap::asyncio
