// include/overlap/queue/ticket.hpp
//
// An item of a queue together with the duty to report it done.
//
// Threads: may be given to another thread; used by one at a time.
//
// Invariants
//   1. Of all tickets that an item passes through, exactly one reports it done, once.
#pragma once

#include <optional>
#include <utility>

#include <overlap/queue/detail/queue_core.hpp>

namespace overlap::queue {

/// An item that was taken from a queue by take() or next_ticket(). It is reported done when the ticket is
/// destroyed, so join() cannot hang because somebody forgot, or threw.
///
/// A ticket must not outlive its queue. Move the item out by `std::move(*ticket)`; the duty stays.
///
/// Python   get(), and task_done() in a finally
template <class T>
class [[nodiscard("the item is reported done at once if the ticket is not kept")]] ticket {
 public:
  /// Without an item: the end of the queue.
  ticket() noexcept = default;
  ticket(detail::queue_core& queue, T&& item) : item_(std::in_place, std::move(item)), queue_(&queue) {}
  ticket(ticket&& other) : item_(std::move(other.item_)), queue_(std::exchange(other.queue_, nullptr)) {}
  ticket& operator=(ticket&&) = delete;
  ~ticket() { task_done(); }

  /// Whether there is an item, as std::optional.
  explicit operator bool() const noexcept { return item_.has_value(); }
  [[nodiscard]] T& operator*() noexcept { return *item_; }
  [[nodiscard]] const T& operator*() const noexcept { return *item_; }
  [[nodiscard]] T* operator->() noexcept { return &*item_; }
  [[nodiscard]] const T* operator->() const noexcept { return &*item_; }

  /// Reports it done now; the item stays. A second call does nothing.
  void task_done() noexcept {
    if (queue_ != nullptr) std::exchange(queue_, nullptr)->finish_one();
  }

 private:
  std::optional<T> item_;
  detail::queue_core* queue_ = nullptr;
};

}  // namespace overlap::queue
