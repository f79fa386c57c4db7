// include/overlap/asyncio/queue.hpp
//
// A queue for the tasks of one loop: what goes in first comes out first.
//
// Threads: the loop's thread only.
#pragma once

#include <overlap/asyncio/basic_queue.hpp>
#include <overlap/asyncio/detail/item_buffer.hpp>

namespace overlap::asyncio {

/// Passes items from tasks to tasks, in order. All members are in basic_queue.
///
///   queue<job> jobs(10);
///   co_await with(task_group(), [&](task_group& group) -> task<> {
///     for (int i = 0; i < 4; ++i) group.create_task(worker(jobs));  // while (auto job = co_await
///     jobs.next()) for (job each : plan) co_await jobs.put(each);                // waits while 10 are in it
///     jobs.shutdown();                                              // the workers end when it is empty
///   });
///
/// A queue must outlive its tickets and the tasks that wait for it. Several producers that come and go, or
/// items to be handed over one by one: see channel.
///
/// Python   asyncio.Queue
template <class T>
class queue : public basic_queue<T, detail::fifo_store<T>> {
 public:
  using basic_queue<T, detail::fifo_store<T>>::basic_queue;
};

}  // namespace overlap::asyncio
