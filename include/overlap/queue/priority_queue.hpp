// include/overlap/queue/priority_queue.hpp
//
// A queue between threads: the lowest key comes out first.
//
// Threads: any, all members.
#pragma once

#include <overlap/queue/basic_queue.hpp>
#include <overlap/queue/detail/priority_store.hpp>

namespace overlap::queue {

/// Gives the item with the lowest key first, and items of equal keys in the order they were put.
///
/// `Key` says what an item is compared by: a data member, a member function, or a function of the item. Keys
/// need only `<`, which must not throw; nothing else of the items is ever compared. By default it is the
/// first of a pair, so that Python's `(priority, item)` stays what it is:
///
///   queue::priority_queue<std::pair<int, job>> jobs;      // or priority_queue<job, &job::priority>
///   jobs.put({2, sweep});
///   auto [priority, next] = jobs.get();
///
/// For the highest first give a Key that negates. All members are in basic_queue.
///
/// Cost     O(log n) to put and to take; an item's memory is kept for the next one
/// Python   queue.PriorityQueue, which compares the items of equal priorities, or fails
template <class T, auto Key = detail::first_or_whole{}>
class priority_queue : public basic_queue<T, detail::priority_store<T, Key>> {
 public:
  using basic_queue<T, detail::priority_store<T, Key>>::basic_queue;
};

}  // namespace overlap::queue
