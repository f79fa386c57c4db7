// include/overlap/queue/basic_queue.hpp
//
// What queue, lifo_queue and priority_queue have in common: everything but the order.
//
// Threads: any, all members. Invariants: detail/queue_core.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/queue/detail/queue_core.hpp>
#include <overlap/queue/errors.hpp>
#include <overlap/queue/ticket.hpp>
#include <overlap/threading/wait_limit.hpp>

namespace overlap::queue {

using threading::wait_limit;

/// How a queue is shut down.
struct shutdown_options {
  bool immediate = false;  ///< drop what is in the queue, as if it had been taken and done
};

/// What a queue is doing now.
struct queue_statistics {
  std::size_t items;             ///< as qsize()
  std::size_t most_items;        ///< there have been at once
  std::size_t items_unfinished;  ///< put, and not yet reported by task_done or a ticket's end
  std::size_t threads_putting;   ///< waiting for room
  std::size_t threads_getting;   ///< waiting for an item
  std::size_t threads_joining;   ///< waiting in join()
};

/// The common part of queues; not used by itself.
///
/// What may block takes a wait_limit: a time-out, a stop token, or both. A time-out of zero only looks, a
/// negative one is an invalid_value_error. T may be move-only and needs no default constructor. If a move of
/// T throws, the item is still where it was, and whoever moved it gets the error. Items are moved under the
/// queue's mutex, so a move must not use the queue; they are destroyed outside of it.
///
/// A queue must outlive its tickets and the calls of the threads that use it.
template <class T, class Store, class Core = detail::thread_queue_core>
class basic_queue {
  static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
                "a queue holds objects that can be moved: for references take pointers");
  using passage = detail::passage;

 public:
  using value_type = T;

  /// `maxsize`: how many items fit in; 0 for as many as memory holds.
  explicit basic_queue(std::size_t maxsize = 0) noexcept : core_(maxsize == 0 ? detail::no_limit : maxsize) {}
  basic_queue(const basic_queue&) = delete;
  basic_queue& operator=(const basic_queue&) = delete;
  ~basic_queue() = default;

  /// Puts an item in, as soon as there is room. An rvalue is moved from only then.
  ///
  /// Throws   full when the time is over, threading::stopped_error, shut_down now or while it waits; what
  /// moving
  ///          T throws
  /// Cost     tens of ns when there is room and nobody waits
  /// Python   Queue.put(item, block, timeout)
  void put(T&& item, wait_limit limit = {}) {
    detail::monitor_lock held(core_.guarding, detail::checked(limit));
    const passage way = core_.wait_for_room(held);
    if (way != passage::open) detail::throw_no_room(way, held, limit);
    store(std::move(item));
  }
  void put(const T& item, wait_limit limit = {}) { put(T(item), limit); }

  /// Takes the next item. Whoever uses join() must call task_done() for each; take() does that by itself.
  ///
  /// Throws   empty when the time is over, threading::stopped_error, shut_down when nothing is left and
  /// nothing
  ///          will come; what moving T throws
  /// Python   Queue.get(block, timeout)
  T get(wait_limit limit = {}) {
    detail::monitor_lock held(core_.guarding, detail::checked(limit));
    wait_for_item(held, limit);
    return taken<T>([](T&& item) { return T(std::move(item)); });
  }

  /// As get(), with nothing at the end, or when the limit comes: `while (auto item = jobs.next(token))
  /// use(*item);`
  std::optional<T> next(wait_limit limit = {}) {
    detail::monitor_lock held(core_.guarding, detail::checked(limit));
    if (core_.wait_for_item(held) != passage::open) return std::nullopt;
    return taken<std::optional<T>>([](T&& item) { return std::optional<T>(std::move(item)); });
  }

  /// As get(), with the item in a ticket that reports it done when it ends, whatever happens.
  ///
  ///   auto job = jobs.take();
  ///   work_on(*job);
  ///
  /// Python  get, then task_done in a finally
  ticket<T> take(wait_limit limit = {}) {
    detail::monitor_lock held(core_.guarding, detail::checked(limit));
    wait_for_item(held, limit);
    return taken<ticket<T>>([this](T&& item) { return ticket<T>(core_, std::move(item)); });
  }

  /// As take(), with an empty ticket at the end, or when the limit comes:
  /// `while (auto job = jobs.next_ticket()) work_on(*job);`
  ticket<T> next_ticket(wait_limit limit = {}) {
    detail::monitor_lock held(core_.guarding, detail::checked(limit));
    if (core_.wait_for_item(held) != passage::open) return {};
    return taken<ticket<T>>([this](T&& item) { return ticket<T>(core_, std::move(item)); });
  }

  /// Puts an item in now. Throws full (and has not touched the item), shut_down. Python: Queue.put_nowait.
  void put_nowait(T&& item) {
    const detail::monitor_lock held(core_.guarding);
    if (core_.room_state() != passage::open) detail::throw_no_room(core_.room_state());
    store(std::move(item));
  }
  void put_nowait(const T& item) { put_nowait(T(item)); }

  /// Puts an item in now, or returns false and has not touched it: full or shut down.
  [[nodiscard]] bool try_put(T&& item) {
    const detail::monitor_lock held(core_.guarding);
    if (core_.room_state() != passage::open) return false;
    store(std::move(item));
    return true;
  }
  [[nodiscard]] bool try_put(const T& item) { return try_put(T(item)); }

  /// Takes the next item now. Throws empty, shut_down. Python: Queue.get_nowait.
  T get_nowait() {
    const detail::monitor_lock held(core_.guarding);
    if (core_.item_state() != passage::open) detail::throw_no_item(core_.item_state());
    return taken<T>([](T&& item) { return T(std::move(item)); });
  }

  /// Takes the next item now, or nothing: empty, shut down or not.
  [[nodiscard]] std::optional<T> try_get() { return next(duration()); }

  /// An item that was taken is done. With get() call it once for each item, also when working on it failed.
  /// Throws invalid_value_error if it was called more often than items were put. Python: Queue.task_done.
  void task_done() { core_.task_done(); }

  /// Waits until all items that were put have been reported done. False: the limit came first.
  ///
  /// Python  Queue.join
  bool join(wait_limit limit = {}) {  // NOLINT(modernize-use-nodiscard): mostly without a limit
    detail::monitor_lock held(core_.guarding, detail::checked(limit));
    return core_.wait_until_finished(held);
  }

  /// Ends the queue. Nothing can be put any more; who waits for room gets shut_down. What is in it can still
  /// be taken, then get() throws and next() gives nothing; join() waits for the rest as before. With
  /// `{.immediate = true}` it is emptied now, and what it held counts as done. May be called again.
  ///
  /// Python  Queue.shutdown(immediate=False)
  void shutdown(shutdown_options options = {}) {
    std::optional<Store> dropped;  // destroyed when the lock is no longer held
    const detail::monitor_lock held(core_.guarding);
    core_.is_shut_down = true;
    if (options.immediate) {
      dropped.emplace(std::move(store_));
      core_.finish_dropped(dropped->size());
    }
    core_.wake_all();
  }

  /// How many items are in it: true when it was asked, which other threads may have changed since. Python:
  /// Queue.qsize, empty, full, maxsize.
  [[nodiscard]] std::size_t qsize() const noexcept {
    const detail::monitor_lock held(core_.guarding);
    return core_.stored;
  }
  [[nodiscard]] bool empty() const noexcept { return qsize() == 0; }
  [[nodiscard]] bool full() const noexcept { return qsize() >= core_.capacity; }
  [[nodiscard]] std::size_t maxsize() const noexcept {
    return core_.capacity == detail::no_limit ? 0 : core_.capacity;
  }
  /// Python: Queue.is_shutdown.
  [[nodiscard]] bool is_shut_down() const noexcept {
    const detail::monitor_lock held(core_.guarding);
    return core_.is_shut_down;
  }

  [[nodiscard]] queue_statistics statistics() const noexcept {
    const detail::monitor_lock held(core_.guarding);
    return {.items = core_.stored,
            .most_items = core_.most_stored,
            .items_unfinished = core_.unfinished(),
            .threads_putting = core_.putting,
            .threads_getting = core_.getting,
            .threads_joining = core_.joining};
  }

 protected:
  void wait_for_item(detail::monitor_lock& held, const wait_limit& limit) {
    const passage way = core_.wait_for_item(held);
    if (way != passage::open) detail::throw_no_item(way, held, limit);
  }

  void store(T&& item) {
    detail::wake_up_guard wake_up(core_, &detail::queue_core::wake_putter);
    store_.push(std::move(item));
    wake_up.used();
    core_.added();
  }

  template <class Result, class Form>
  Result taken(Form form) {
    detail::wake_up_guard wake_up(core_, &detail::queue_core::wake_getter);
    Result result = form(std::move(store_.next()));
    wake_up.used();
    store_.pop();
    core_.removed();
    return result;
  }

  mutable Core core_;
  Store store_;
};

}  // namespace overlap::queue
