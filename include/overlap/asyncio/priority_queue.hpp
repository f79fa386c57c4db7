// include/overlap/asyncio/priority_queue.hpp
//
// A queue for the tasks of one loop: the lowest key comes out first.
//
// Threads: the loop's thread only.
#pragma once

#include <overlap/asyncio/basic_queue.hpp>
#include <overlap/asyncio/detail/priority_store.hpp>

namespace overlap::asyncio {

/// Gives the item with the lowest key first, and items of equal keys in the order they were put.
///
/// `Key` says what an item is compared by: a data member, a member function, or a function of the item. Keys
/// need only `<`, which must not throw; nothing else of the items is ever compared. By default it is the
/// first of a pair, so that Python's `(priority, item)` stays what it is:
///
///   priority_queue<std::pair<int, job>> jobs;      // or priority_queue<job, &job::priority>
///   co_await jobs.put(2, sweep);
///   auto [priority, next] = co_await jobs.get();
///
/// Waiting tasks are still served in the order they came. For the highest first give a Key that negates.
/// All members are in basic_queue.
///
/// Cost     O(log n) to put and to take; an item's memory is kept for the next one
/// Python   asyncio.PriorityQueue
template <class T, auto Key = detail::first_or_whole{}>
class priority_queue : public basic_queue<T, detail::priority_store<T, Key>> {
 public:
  using basic_queue<T, detail::priority_store<T, Key>>::basic_queue;
};

}  // namespace overlap::asyncio
