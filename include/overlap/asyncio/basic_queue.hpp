// include/overlap/asyncio/basic_queue.hpp
//
// What queue, lifo_queue and priority_queue have in common: everything but the order.
//
// Threads: the loop's thread only. Invariants: detail/exchange.hpp and detail/queue_core.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/exchange_wait.hpp>
#include <overlap/asyncio/detail/queue_core.hpp>
#include <overlap/asyncio/queue_errors.hpp>
#include <overlap/asyncio/ticket.hpp>

namespace overlap::asyncio {

/// How a queue is shut down.
struct queue_shutdown_options {
  bool immediate = false;  ///< drop what is in the queue, as if it had been taken and done
};

/// What a queue is doing now.
struct queue_statistics {
  std::size_t items;             ///< as qsize()
  std::size_t most_items;        ///< there have been at once
  std::size_t items_unfinished;  /// put, and not yet reported by task_done or a ticket's end
  std::size_t tasks_putting;     ///< waiting for room
  std::size_t tasks_getting;     ///< waiting for an item
  std::size_t tasks_joining;     ///< waiting in join()
};

/// The common part of queues; not used by itself.
///
/// First come, first served on both sides: an item goes straight to the task that has waited for one longest,
/// room to the one that has waited with an item longest. T may be move-only and needs no default constructor.
/// If a move of T throws, the item is still where it was, and whoever moved it gets the error.
///
/// g++ 12 destroys a temporary of an aggregate type twice in a co_await expression, so do not write
/// `co_await jobs.put(job{name, 1})`: put its values, `co_await jobs.put(name, 1)`, or one that has a name
/// (docs/traps/gcc12_closures.md).
///
/// Threads  the loop's thread, all members
template <class T, class Store>
class basic_queue {
  static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
                "a queue holds objects that can be moved: for references take pointers");
  using exchange = detail::exchange<T, Store, detail::queue_core>;
  using put_request = detail::give_request<exchange>;
  template <class Form>
  using get_request = detail::take_request<exchange, Form>;

 public:
  using value_type = T;

  /// `maxsize`: how many items fit in; 0 for as many as memory holds.
  explicit basic_queue(std::size_t maxsize = 0) noexcept
      : exchange_(maxsize == 0 ? detail::no_limit : maxsize) {}
  basic_queue(const basic_queue&) = delete;
  basic_queue& operator=(const basic_queue&) = delete;
  ~basic_queue() = default;

  /// Puts an item in, as soon as there is room.
  ///
  /// Throws        queue_shut_down  now or while it waits; what moving T throws
  /// Suspends      while the queue is full
  /// Cancellation  the item was not put: it is destroyed with the call. An item that had been accepted stays,
  ///               and the stop comes at the next wait
  /// Cost          no allocation but for the queue's memory, which is kept; a few ns when there is room
  /// Python        Queue.put
  put_request put(T item) { return put_request(exchange_, 0, std::move(item)); }

  /// The same for an item made of several values, as emplace does: `co_await jobs.put(2, "sweep")` for a
  /// pair.
  template <class First, class Second, class... More>
    requires std::is_constructible_v<T, First, Second, More...>
  put_request put(First&& first, Second&& second, More&&... more) {
    return put_request(exchange_, 0, std::forward<First>(first), std::forward<Second>(second),
                       std::forward<More>(more)...);
  }

  /// Takes the next item. Whoever uses join() must call task_done() for each; take() does that by itself.
  ///
  /// Throws        queue_shut_down  when nothing is left, or at once while it waits; what moving T throws
  /// Suspends      while the queue is empty
  /// Cancellation  no item is lost: one that was handed over in the same turn is delivered, and the stop
  /// comes
  ///               at the next wait
  /// Cost          no allocation; a few ns when an item is there
  /// Python        Queue.get
  get_request<detail::as_item<T>> get() noexcept { return {exchange_, 0}; }

  /// As get(), with nothing at the end: `while (auto item = co_await jobs.next()) use(*item);`
  get_request<detail::as_optional<T>> next() noexcept { return {exchange_, 0}; }

  /// As get(), with the item in a ticket that reports it done when it ends, whatever happens.
  ///
  ///   auto job = co_await jobs.take();
  ///   co_await work_on(*job);
  ///
  /// Python  get, then task_done in a finally
  get_request<detail::as_ticket<T>> take() noexcept { return {exchange_, 0}; }

  /// As take(), with an empty ticket at the end: `while (auto job = co_await jobs.next_ticket()) use(*job);`
  get_request<detail::as_next_ticket<T>> next_ticket() noexcept { return {exchange_, 0}; }

  /// Puts an item in now. Throws queue_full (and has not touched the item), queue_shut_down.
  void put_nowait(T&& item) {
    if (is_shut_down()) detail::throw_refusal(exchange_.giving_refused);
    if (!exchange_.try_give(std::move(item))) detail::throw_queue_full();
  }
  void put_nowait(const T& item) {
    if (is_shut_down()) detail::throw_refusal(exchange_.giving_refused);
    if (!exchange_.has_room()) detail::throw_queue_full();
    exchange_.try_give(T(item));
  }

  /// Puts an item in now, or returns false and has not touched it: full or shut down.
  [[nodiscard]] bool try_put(T&& item) { return !is_shut_down() && exchange_.try_give(std::move(item)); }
  [[nodiscard]] bool try_put(const T& item) {
    return !is_shut_down() && exchange_.has_room() && exchange_.try_give(T(item));
  }

  /// Takes the next item now. Throws queue_empty, queue_shut_down.
  T get_nowait() {
    if (!exchange_.has_item()) {
      if (is_shut_down()) detail::throw_refusal(exchange_.taking_refused);
      detail::throw_queue_empty();
    }
    return exchange_.template take<detail::as_item<T>>();
  }

  /// Takes the next item now, or nothing: empty, shut down or not.
  [[nodiscard]] std::optional<T> try_get() {
    if (!exchange_.has_item()) return std::nullopt;
    return exchange_.template take<detail::as_optional<T>>();
  }

  /// An item that was taken is done. With get() call it once for each item, also when working on it failed.
  /// Throws invalid_value_error if it was called more often than items were put. Python: Queue.task_done.
  void task_done() { exchange_.task_done(); }

  /// Waits until all items that were put have been reported done. Returns at once if they have.
  ///
  /// Python  Queue.join
  detail::join_request join() noexcept { return {&exchange_}; }

  /// Ends the queue. Nothing can be put any more; who waits for room gets queue_shut_down. What is in it can
  /// still be taken, then get() throws and next() gives nothing; join() waits for the rest as before. With
  /// `{.immediate = true}` it is emptied now, and what it held counts as done. May be called again.
  ///
  /// Python  Queue.shutdown
  void shutdown(queue_shutdown_options options = {}) {
    exchange_.shut_down();
    if (options.immediate) exchange_.finish(exchange_.drop_stored());
  }

  /// How many items are in it. Python: Queue.qsize, empty, full, maxsize.
  [[nodiscard]] std::size_t qsize() const noexcept { return exchange_.stored(); }
  [[nodiscard]] bool empty() const noexcept { return exchange_.stored() == 0; }
  [[nodiscard]] bool full() const noexcept { return exchange_.stored() >= exchange_.capacity; }
  [[nodiscard]] std::size_t maxsize() const noexcept {
    return exchange_.capacity == detail::no_limit ? 0 : exchange_.capacity;
  }
  [[nodiscard]] bool is_shut_down() const noexcept {
    return exchange_.giving_refused != detail::refusal::none;
  }

  [[nodiscard]] queue_statistics statistics() const noexcept {
    return {.items = exchange_.stored(),
            .most_items = exchange_.most_stored,
            .items_unfinished = exchange_.unfinished(),
            .tasks_putting = exchange_.giving.size(),
            .tasks_getting = exchange_.taking.size(),
            .tasks_joining = exchange_.joining.size()};
  }

 private:
  exchange exchange_;
};

}  // namespace overlap::asyncio
