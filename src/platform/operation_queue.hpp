// src/platform/operation_queue.hpp
//
// A queue of operations linked through themselves. Leaving from the middle is O(1), so a cancelled
// operation never has to be searched for.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. An operation is in at most one queue or completion_list.
//   2. The queue has no pointer to itself: it may be moved about with the table that holds it.
#pragma once

#include <overlap/base/detail/io_operation.hpp>

namespace overlap::platform {

using detail::io_operation;

class operation_queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  [[nodiscard]] io_operation* front() const noexcept { return first_; }

  void push_back(io_operation& operation) noexcept {
    operation.next = nullptr;
    operation.previous = last_;
    (last_ != nullptr ? last_->next : first_) = &operation;
    last_ = &operation;
  }

  void remove(io_operation& operation) noexcept {
    (operation.previous != nullptr ? operation.previous->next : first_) = operation.next;
    (operation.next != nullptr ? operation.next->previous : last_) = operation.previous;
    operation.next = operation.previous = nullptr;
  }

  io_operation* pop_front() noexcept {
    io_operation* operation = first_;
    if (operation != nullptr) remove(*operation);
    return operation;
  }

 private:
  io_operation* first_ = nullptr;
  io_operation* last_ = nullptr;
};

}  // namespace overlap::platform
