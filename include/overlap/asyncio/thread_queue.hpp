// include/overlap/asyncio/thread_queue.hpp
//
// A queue between threads and tasks: blocking on one side, awaitable on the other.
//
// Threads: any. The blocking side is for threads that may block, the awaitable one for tasks of any loop.
// Invariants: detail/shared_queue.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/shared_queue.hpp>
#include <overlap/asyncio/task.hpp>
#include <overlap/queue/basic_queue.hpp>
#include <overlap/queue/detail/item_buffer.hpp>
#include <overlap/queue/errors.hpp>
#include <overlap/queue/ticket.hpp>

namespace overlap::asyncio {

/// What a thread_queue is doing now.
struct thread_queue_statistics : overlap::queue::queue_statistics {
  std::size_t tasks_putting;  ///< waiting for room
  std::size_t tasks_getting;  ///< waiting for an item
  std::size_t tasks_joining;  ///< waiting in join()
};

/// The awaitable side of a thread_queue, with the names of asyncio::queue and the errors of the queue module.
/// A view: copied freely, valid as long as the queue.
///
/// Cancellation  what has been cancelled has not happened: a get has taken no item, a put has put none. What
/// had
///               been taken or put when the cancellation came is delivered, and the stop comes at the next
///               wait
template <class T>
class async_queue_side {
  using queue_type = detail::shared_queue<T, overlap::queue::detail::fifo_store<T>>;
  using ticket_type = overlap::queue::ticket<T>;

 public:
  explicit async_queue_side(queue_type& queue) noexcept : queue_(&queue) {}

  /// Puts an item in, as soon as there is room. Throws queue::shut_down.
  ///
  /// g++ 12: give the parts of an aggregate, not a temporary one (docs/traps/gcc12_closures.md).
  task<> put(T item) { return put_when_there_is_room(*queue_, std::move(item)); }
  template <class First, class Second, class... More>
    requires std::is_constructible_v<T, First, Second, More...>
  task<> put(First&& first, Second&& second, More&&... more) {
    return put_when_there_is_room(
        *queue_, T(std::forward<First>(first), std::forward<Second>(second), std::forward<More>(more)...));
  }

  /// Takes the next item. Throws queue::shut_down when nothing is left and nothing will come.
  task<T> get() { return take_when_it_is_there<T>(*queue_); }
  /// As get(), with nothing at the end: `while (auto item = co_await items.next()) use(*item);`
  task<std::optional<T>> next() { return take_or_end<T>(*queue_); }
  /// As get(), with the item in a ticket that reports it done when it ends, whatever happens.
  task<ticket_type> take() { return take_when_it_is_there<ticket_type>(*queue_); }
  /// As take(), with an empty ticket at the end: `while (auto job = co_await jobs.next_ticket()) use(*job);`
  task<ticket_type> next_ticket() { return ticket_or_end(*queue_); }

  /// Waits until all items that were put, by whatever side, have been reported done.
  task<> join() { return detail::join_shared_queue(queue_->core()); }

  /// These never wait, and are the same on both sides: see queue::basic_queue.
  void put_nowait(T&& item) { queue_->put_nowait(std::move(item)); }
  void put_nowait(const T& item) { queue_->put_nowait(item); }
  [[nodiscard]] bool try_put(T&& item) { return queue_->try_put(std::move(item)); }
  [[nodiscard]] bool try_put(const T& item) { return queue_->try_put(item); }
  T get_nowait() { return queue_->get_nowait(); }
  [[nodiscard]] std::optional<T> try_get() { return queue_->try_get(); }
  void task_done() { queue_->task_done(); }
  void shutdown(overlap::queue::shutdown_options options = {}) { queue_->shutdown(options); }
  [[nodiscard]] std::size_t qsize() const noexcept { return queue_->qsize(); }
  [[nodiscard]] bool empty() const noexcept { return queue_->empty(); }
  [[nodiscard]] bool full() const noexcept { return queue_->full(); }
  [[nodiscard]] std::size_t maxsize() const noexcept { return queue_->maxsize(); }
  [[nodiscard]] bool is_shut_down() const noexcept { return queue_->is_shut_down(); }

 private:
  static task<> put_when_there_is_room(queue_type& queue, T item) {
    for (;;) {
      detail::task_place place(queue.core(), queue.core().tasks_putting);
      if (queue.put_or_line_up(place, item)) co_return;
      if (!place.has_lined_up()) throw overlap::queue::shut_down();
      co_await place.woken();
      place.goes_on();
    }
  }

  template <class Result>
  static task<std::optional<Result>> take_or_end(queue_type& queue) {
    for (;;) {
      detail::task_place place(queue.core(), queue.core().tasks_getting);
      std::optional<Result> taken = queue.template take_or_line_up<Result>(place);
      if (taken || !place.has_lined_up()) co_return std::move(taken);
      co_await place.woken();
      place.goes_on();
    }
  }

  template <class Result>
  static task<Result> take_when_it_is_there(queue_type& queue) {
    std::optional<Result> taken = co_await take_or_end<Result>(queue);
    if (!taken) throw overlap::queue::shut_down();
    co_return std::move(*taken);
  }

  static task<ticket_type> ticket_or_end(queue_type& queue) {
    std::optional<ticket_type> taken = co_await take_or_end<ticket_type>(queue);
    if (!taken) co_return ticket_type();
    co_return std::move(*taken);
  }

  queue_type* queue_;
};

/// A queue for work and results that pass between threads and loops, in both directions.
///
///   asyncio::thread_queue<frame> frames(8);
///   threading::thread camera([&] { while (auto each = grab()) frames.sync_q().put(*each); });
///   …
///   while (auto each = co_await frames.async_q().next()) co_await send(*each);
///
/// Threads use sync_q(), which is a queue::basic_queue: its waits block, and take time-outs and stop tokens.
/// Tasks use async_q(): its waits suspend, and are cancelled. Both sides may do everything; a bound holds for
/// both, and threads and tasks that wait for the same are served by turns.
///
/// A queue must outlive its tickets, its views, and the threads and tasks that use it. Blocking in a task
/// would block its loop, so sync_q() is for threads only, except for what does not wait.
///
/// Cost     a waiting task costs an allocation and a wake-up of its loop, some µs; without waiting tens of ns
/// Python   janus.Queue
template <class T>
class thread_queue {
  using queue_type = detail::shared_queue<T, overlap::queue::detail::fifo_store<T>>;

 public:
  using value_type = T;

  /// `maxsize`: how many items fit in; 0 for as many as memory holds.
  explicit thread_queue(std::size_t maxsize = 0) noexcept : queue_(maxsize) {}
  thread_queue(const thread_queue&) = delete;
  thread_queue& operator=(const thread_queue&) = delete;
  ~thread_queue() = default;

  /// The side of threads.
  [[nodiscard]] auto& sync_q() noexcept { return static_cast<typename queue_type::blocking_side&>(queue_); }
  /// The side of tasks.
  [[nodiscard]] async_queue_side<T> async_q() noexcept { return async_queue_side<T>(queue_); }

  /// See queue::basic_queue.
  void shutdown(overlap::queue::shutdown_options options = {}) { queue_.shutdown(options); }
  [[nodiscard]] bool is_shut_down() const noexcept { return queue_.is_shut_down(); }

  [[nodiscard]] thread_queue_statistics statistics() const noexcept {
    thread_queue_statistics now{queue_.statistics(), 0, 0, 0};
    const overlap::queue::detail::monitor_lock held(queue_.core().guarding);
    now.tasks_putting = queue_.core().tasks_putting.size;
    now.tasks_getting = queue_.core().tasks_getting.size;
    now.tasks_joining = queue_.core().tasks_joining.size;
    return now;
  }

 private:
  queue_type queue_;
};

}  // namespace overlap::asyncio
