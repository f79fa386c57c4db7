// include/overlap/queue/simple_queue.hpp
//
// A queue between threads without a bound, without an end, and without counting what is done.
//
// Threads: any, all members.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <overlap/queue/basic_queue.hpp>
#include <overlap/queue/detail/item_buffer.hpp>

namespace overlap::queue {

/// Passes items from threads to threads, in order. put() never waits, so it may be called from destructors
/// and callbacks, also from the destructor of an item of this queue.
///
/// Python   queue.SimpleQueue. put() may not be called from a signal handler here: use
/// asyncio::signal_receiver
template <class T>
class simple_queue : basic_queue<T, detail::fifo_store<T>> {
  using base = basic_queue<T, detail::fifo_store<T>>;

 public:
  using typename base::value_type;

  simple_queue() noexcept : base(0) {}

  /// Puts an item in. Python: SimpleQueue.put, put_nowait.
  void put(T&& item) { this->put_nowait(std::move(item)); }
  void put(const T& item) { this->put_nowait(item); }
  using base::put_nowait;

  /// As basic_queue's.
  using base::get;
  using base::get_nowait;
  using base::next;
  using base::try_get;

  using base::empty;
  using base::qsize;

  /// Threads that wait for an item.
  [[nodiscard]] std::size_t threads_getting() const noexcept { return this->statistics().threads_getting; }
};

}  // namespace overlap::queue
