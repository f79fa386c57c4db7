// src/futures/job_queue.hpp
//
// Jobs in order of arrival; one can be taken out of the middle.
//
// Threads: none of its own; the owner's mutex protects it.
//
// Invariants
//   1. A job is linked here exactly while its is_queued is true; the queue then owns its reference.
#pragma once

#include <cstddef>

#include <overlap/futures/detail/job.hpp>

namespace overlap::futures::detail {

class job_queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] job* first() const noexcept { return first_; }
  [[nodiscard]] job* last() const noexcept { return last_; }

  void push_back(job& added) noexcept {
    added.next = nullptr;
    added.previous = last_;
    (last_ == nullptr ? first_ : last_->next) = &added;
    last_ = &added;
    added.is_queued = true;
    ++size_;
  }

  void remove(job& removed) noexcept {
    (removed.previous == nullptr ? first_ : removed.previous->next) = removed.next;
    (removed.next == nullptr ? last_ : removed.next->previous) = removed.previous;
    removed.next = removed.previous = nullptr;
    removed.is_queued = false;
    --size_;
  }

  /// Null if it is empty.
  job* pop_front() noexcept {
    job* popped = first_;
    if (popped != nullptr) remove(*popped);
    return popped;
  }

 private:
  job* first_ = nullptr;
  job* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace overlap::futures::detail
