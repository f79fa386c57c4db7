// include/overlap/queue/lifo_queue.hpp
//
// A queue between threads: what goes in last comes out first.
//
// Threads: any, all members.
#pragma once

#include <overlap/queue/basic_queue.hpp>
#include <overlap/queue/detail/item_buffer.hpp>

namespace overlap::queue {

/// A stack between threads. All members are in basic_queue.
///
/// Python   queue.LifoQueue
template <class T>
class lifo_queue : public basic_queue<T, detail::lifo_store<T>> {
 public:
  using basic_queue<T, detail::lifo_store<T>>::basic_queue;
};

}  // namespace overlap::queue
