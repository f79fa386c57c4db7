// src/futures/injection_queue.hpp
//
// The line of those who submit from outside: first come, first served, without a lock for those who add
// (the linked queue of Dmitry Vyukov). Takers are let in one at a time.
//
// Threads: any.
//
// Invariants
//   1. Who exchanges last_ has a place in the line; the link to it follows. Takers wait at a missing link.
//   2. first_ and the nodes' links up to last_ belong to the holder of the door.
//   3. empty() says so only if everything added before has been taken: what was added counts from the
//   exchange.
#pragma once

#include <atomic>
#include <cstdint>

#include <overlap/futures/detail/job.hpp>

namespace overlap::futures::detail {

class injection_queue {
 public:
  injection_queue() noexcept : first_(&stub_), last_(&stub_) {}
  injection_queue(const injection_queue&) = delete;
  injection_queue& operator=(const injection_queue&) = delete;

  void push(job_link& node) noexcept {
    added_.fetch_add(1, std::memory_order_relaxed);
    append(node);
  }

  /// Lets one taker in. False: somebody is inside.
  bool try_enter() noexcept { return !door_.exchange(true, std::memory_order_acquire); }
  void leave() noexcept { door_.store(false, std::memory_order_release); }

  /// The first one, or null. For the holder of the door.
  job_link* pop() noexcept {
    job_link* first = first_.load(std::memory_order_relaxed);
    job_link* next = link_of(*first);
    if (first == &stub_) {
      if (next == nullptr) return nullptr;
      first = next;
      first_.store(first, std::memory_order_relaxed);
      next = link_of(*first);
    }
    if (next == nullptr) {
      if (last_.load(std::memory_order_acquire) != first) return nullptr;  // the link is about to come
      // Nobody may hold the only node: the stub takes its place.
      append(stub_);
      next = link_of(*first);
      if (next == nullptr) return nullptr;
    }
    // Release pairs with empty(): who sees the new first one sees who took the old one.
    first_.store(next, std::memory_order_release);
    return first;
  }

  [[nodiscard]] bool empty() const noexcept {
    return last_.load(std::memory_order_seq_cst) == &stub_ &&
           first_.load(std::memory_order_acquire) == &stub_;
  }

  /// How many were ever added.
  [[nodiscard]] std::uint64_t added() const noexcept { return added_.load(std::memory_order_relaxed); }

 private:
  static job_link* link_of(job_link& node) noexcept {
    return std::atomic_ref(node.next_in_line).load(std::memory_order_acquire);
  }
  void append(job_link& node) noexcept {
    std::atomic_ref(node.next_in_line).store(nullptr, std::memory_order_relaxed);
    job_link* before = last_.exchange(&node, std::memory_order_seq_cst);
    // Release pairs with link_of(): who finds the node finds the job complete.
    std::atomic_ref(before->next_in_line).store(&node, std::memory_order_release);
  }

  alignas(64) std::atomic<job_link*> first_;
  std::atomic<bool> door_{false};
  job_link stub_;
  alignas(64) std::atomic<job_link*> last_;
  std::atomic<std::uint64_t> added_{0};
};

}  // namespace overlap::futures::detail
