// include/overlap/asyncio/detail/task_watch.hpp
//
// Several tasks watched at once: the common part of wait and as_completed.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. A watch is in its task's list of listeners exactly while the task runs and the set is armed.
#pragma once

#include <cstddef>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/task_record.hpp>

namespace overlap::asyncio::detail {

class watch_set;

/// One watched task.
struct task_watch : end_listener {
  watch_set* set = nullptr;
  task_record* watched = nullptr;
};

/// A fixed number of watches. The records are borrowed: handles beside it keep them.
class watch_set {
 public:
  explicit watch_set(std::size_t count) : watches_(new task_watch[count]) {}
  watch_set(const watch_set&) = delete;
  watch_set& operator=(const watch_set&) = delete;

  /// Watches a task from now on. Called `count` times at most; one that has ended is not told of.
  void add(task_record& task) noexcept;
  /// Forgets all tasks.
  void disarm() noexcept;

  [[nodiscard]] std::size_t running() const noexcept { return running_; }

 protected:
  virtual ~watch_set();
  /// A watched task has ended. `index` is its place in the order of add().
  virtual void task_ended(std::size_t index, task_record& ended) = 0;
  /// The frame that waits with the set now, or null.
  [[nodiscard]] virtual frame* awaiting() const noexcept = 0;

 private:
  static const end_listener::kind kind_of_watches;

  task_watch* watches_;
  std::size_t added_ = 0;
  std::size_t running_ = 0;
};

}  // namespace overlap::asyncio::detail
