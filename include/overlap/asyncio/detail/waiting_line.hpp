// include/overlap/asyncio/detail/waiting_line.hpp
//
// Tasks that wait for one thing, first come, first served. What they wait for is handed to the head of the
// line, never left lying for whoever comes by.
//
// Threads: the loop's thread only; joining and granting assert it.
//
// Invariants
//   1. A waiter is in its line exactly while it waits; the line never owns it.
//   2. All waiters of a line belong to one loop.
//   3. A waiter that was granted or refused never looks at its line again: the line may be gone by then.
//
//   state of a waiter   grant / refuse      cancel              resume
//   queued              leaves, ready       leaves, stops       (not possible)
//   ready               (not possible)      no effect           with what it was given, or refused
#pragma once

#include <cstddef>
#include <cstdint>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/intrusive_list.hpp>

namespace overlap::asyncio::detail {

class waiting_line;

/// Why something did not do what it was asked to.
enum class refusal : std::uint8_t {
  none,
  queue_shut_down,
  end_of_channel,
  broken_channel,
  closed_channel,
  lock_held_already,
  lock_not_held,
  lock_broken,
  barrier_broken,
  token_held_already,
};

/// Throws the error that belongs to it (queue_errors.hpp, channel_errors.hpp, lock_errors.hpp).
[[noreturn]] void throw_refusal(refusal why);

struct line_waiter : waiter, intrusive_link<> {
  waiting_line* line = nullptr;
  std::uint64_t end = 0;  // of a channel: through which of its ends
  refusal refused = refusal::none;
};

class waiting_line {
 public:
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] line_waiter* front() const noexcept { return waiting_.front(); }
  [[nodiscard]] line_waiter* next(const line_waiter& leaf) const noexcept { return waiting_.next(leaf); }

  /// Begins to wait at the end of the line. False: the scope is cancelled, and the line was not touched.
  bool join(line_waiter& leaf, frame& awaiting);

  /// For those who begin the wait themselves, or pass a waiter on from line to line.
  void append(line_waiter& leaf) noexcept {
    leaf.line = this;
    waiting_.push_back(leaf);
    ++size_;
  }
  void remove(line_waiter& leaf) noexcept {
    leaf.unlink();
    --size_;
  }

  /// It has what it came for: it leaves the line and goes on at its turn.
  void grant(line_waiter& leaf) {
    check_thread(leaf);
    remove(leaf);
    wake(leaf);
  }

  /// They will never get it: all waiters, or those of one end of a channel, go on at their turn and throw.
  void refuse_all(refusal why);
  void refuse_end(std::uint64_t end, refusal why);

  /// Tasks of one loop only. Asked before anything is changed.
  void check_loop(const frame& awaiting) const {
    OVERLAP_ASSERT(empty() || front()->suspended->task->loop == awaiting.task->loop,
                   "tasks of two loops wait for one queue, channel or lock: give each loop its own, or take "
                   "what the threading module has");
  }

  /// Nobody may wake a task of another thread's loop. Asked before anything is changed.
  static void check_thread(const line_waiter& leaf) {
    OVERLAP_ASSERT(leaf.suspended->task->loop == running_loop,
                   "queues, channels, locks and events belong to the tasks of one loop: from another thread "
                   "use call_soon_threadsafe, or what the threading module has");
  }

 private:
  void refuse(line_waiter& leaf, refusal why);

  intrusive_list<line_waiter> waiting_;
  std::size_t size_ = 0;
};

}  // namespace overlap::asyncio::detail
