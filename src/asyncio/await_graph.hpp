// src/asyncio/await_graph.hpp
//
// Who waits for whom in a loop, found by reading its tasks. Costs nothing until somebody asks.
//
// Threads: the loop's thread only.
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include <overlap/asyncio/detail/task_record.hpp>

namespace overlap::asyncio::detail {

struct event_loop_state;

/// One task of the graph. All pointers are borrowed from the loop, and good until it goes on.
struct awaiting_task {
  const task_record* record = nullptr;
  const frame* at = nullptr;                   // its innermost frame; null if it runs or has not begun
  std::vector<const task_record*> awaited_by;  // each once
};

class await_graph {
 public:
  explicit await_graph(const event_loop_state& loop);

  /// In the order of their creation.
  [[nodiscard]] const std::vector<awaiting_task>& tasks() const noexcept { return tasks_; }
  /// Null if it has ended.
  [[nodiscard]] const awaiting_task* find(const task_record& record) const noexcept;
  /// Tasks of which each waits for the next, and the last for the first; empty if there are none.
  [[nodiscard]] std::vector<const task_record*> circle() const;

 private:
  [[nodiscard]] std::size_t index_of(const task_record& record) const noexcept;
  void add_edge(awaiting_task& awaited, const frame* awaiting);

  std::vector<awaiting_task> tasks_;
};

/// Whether a place is inside the library.
bool is_own(const std::source_location& place);

/// Where the user's coroutines of a task wait, from `innermost` outwards.
std::vector<std::source_location> places_from(const frame* innermost);

/// The name of the file without its folders.
std::string_view file_of(const std::source_location& place);

}  // namespace overlap::asyncio::detail
