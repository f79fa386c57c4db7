// src/asyncio/inbox.hpp
//
// How other threads reach a loop: a queue of nodes that the loop moves to its ready queue. It outlives the
// loop for as long as somebody holds a handle, so a late caller gets an answer and not a dangling pointer.
//
// Threads: post() from any thread; the rest belongs to the loop's thread.
//
// Invariants
//   1. A node that was accepted is run by the loop, once; after refuse_calls() calls are not accepted, after
//      close() nothing is.
//   2. The reactor is woken only while the loop may be asleep, and at most once per sleep.
//   3. The reactor pointer is used under the mutex, and is null after close(): no wake of a dead reactor.
#pragma once

#include <atomic>
#include <mutex>

#include <overlap/asyncio/detail/frame.hpp>

#include "platform/reactor.hpp"

namespace overlap::asyncio::detail {

class inbox {
 public:
  explicit inbox(platform::reactor& woken) noexcept : reactor_(&woken) {}

  /// Queues a call for the loop. False: the loop has ended, and the node was not taken.
  [[nodiscard]] bool post(ready_node& node) {
    const std::lock_guard lock(mutex_);
    if (!takes_calls_) return false;
    append(node);
    return true;
  }

  /// Queues what a task of the loop waits for: accepted for sure, because a loop does not end before its
  /// tasks.
  void deliver(ready_node& node) {
    const std::lock_guard lock(mutex_);
    append(node);
  }

  [[nodiscard]] bool has_mail() const noexcept { return has_mail_.load(std::memory_order_acquire); }

  /// All nodes that have come, oldest first, or null.
  ready_node* take_all() {
    const std::lock_guard lock(mutex_);
    ready_node* all = first_;
    first_ = nullptr;
    last_ = &first_;
    has_mail_.store(false, std::memory_order_relaxed);
    return all;
  }

  /// The loop is about to sleep: from now on a post wakes it. False: there is mail, do not sleep.
  [[nodiscard]] bool fall_asleep() {
    const std::lock_guard lock(mutex_);
    if (first_ != nullptr) return false;
    asleep_ = true;
    return true;
  }
  void awake() {
    const std::lock_guard lock(mutex_);
    asleep_ = false;
  }

  /// The loop is about to end: from now on only its own tasks get mail.
  void refuse_calls() {
    const std::lock_guard lock(mutex_);
    takes_calls_ = false;
  }
  /// The loop has ended.
  void close() {
    const std::lock_guard lock(mutex_);
    takes_calls_ = false;
    reactor_ = nullptr;
  }

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    // Acquire-release: the last owner's delete sees every use by the others.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  ~inbox() = default;

  void append(ready_node& node) {
    node.next = nullptr;
    *last_ = &node;
    last_ = &node.next;
    // Release pairs with the acquire in has_mail(): whoever sees the flag finds the node under the mutex.
    has_mail_.store(true, std::memory_order_release);
    if (asleep_) {
      asleep_ = false;
      reactor_->wake();
    }
  }

  std::mutex mutex_;
  platform::reactor* reactor_;
  ready_node* first_ = nullptr;
  ready_node** last_ = &first_;
  bool asleep_ = false;
  bool takes_calls_ = true;
  std::atomic<bool> has_mail_{false};
  std::atomic<unsigned> references_{1};
};

}  // namespace overlap::asyncio::detail
