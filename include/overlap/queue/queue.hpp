// include/overlap/queue/queue.hpp
//
// A queue between threads: what goes in first comes out first.
//
// Threads: any, all members.
#pragma once

#include <overlap/queue/basic_queue.hpp>
#include <overlap/queue/detail/item_buffer.hpp>

namespace overlap::queue {

/// Passes items from threads to threads, in order. All members are in basic_queue.
///
///   queue::queue<job> jobs(10);
///   std::vector<threading::thread> workers;
///   for (int i = 0; i < 4; ++i)
///     workers.emplace_back([&] { while (auto job = jobs.next_ticket()) work_on(*job); }).start();
///   for (job& each : plan) jobs.put(std::move(each));   // waits while 10 are in it
///   jobs.join();                                        // all done, also those that failed
///   jobs.shutdown();                                    // the workers end
///
/// Between the tasks of one loop take asyncio::queue, between threads and tasks asyncio::thread_queue.
///
/// Python   queue.Queue
template <class T>
class queue : public basic_queue<T, detail::fifo_store<T>> {
 public:
  using basic_queue<T, detail::fifo_store<T>>::basic_queue;
};

}  // namespace overlap::queue
