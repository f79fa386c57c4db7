// src/asyncio/await_graph.cpp
//
// See await_graph.hpp.

#include <algorithm>

#include "asyncio/await_graph.hpp"
#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio::detail {

await_graph::await_graph(const event_loop_state& loop) {
  for (const task_record* each : loop.tasks()) {
    const waiter* leaf = each->innermost->leaf;
    tasks_.push_back({.record = each, .at = leaf != nullptr ? leaf->suspended : nullptr, .awaited_by = {}});
  }
  for (awaiting_task& awaited : tasks_) {
    add_edge(awaited, awaited.record->owner->awaiting());
    for (const end_listener* each = awaited.record->first_listener; each != nullptr;
         each = each->next_listener) {
      for (std::size_t index = 0; const frame* awaiting = each->what->awaiting(each, index); ++index)
        add_edge(awaited, awaiting);
    }
  }
}

void await_graph::add_edge(awaiting_task& awaited, const frame* awaiting) {
  if (awaiting == nullptr) return;
  auto& by = awaited.awaited_by;
  if (std::ranges::find(by, awaiting->task) == by.end()) by.push_back(awaiting->task);
  // Who waits for children of its own (gather, a group) has no leaf: it is where it waits for them.
  const std::size_t index = index_of(*awaiting->task);
  if (index == tasks_.size() || awaiting->task->loop->current == awaiting->task) return;
  if (tasks_[index].at == nullptr) tasks_[index].at = awaiting;
}

std::size_t await_graph::index_of(const task_record& record) const noexcept {
  // The order of creation is the order of the numbers.
  const auto found = std::ranges::lower_bound(tasks_, record.id, {},
                                              [](const awaiting_task& each) { return each.record->id; });
  const bool is_there = found != tasks_.end() && found->record == &record;
  return is_there ? static_cast<std::size_t>(found - tasks_.begin()) : tasks_.size();
}

const awaiting_task* await_graph::find(const task_record& record) const noexcept {
  const std::size_t index = index_of(record);
  return index != tasks_.size() ? &tasks_[index] : nullptr;
}

std::vector<const task_record*> await_graph::circle() const {
  // Depth first with a path of its own, because chains of tasks may be longer than a stack.
  struct step {
    std::size_t task;
    std::size_t next_edge = 0;
  };
  enum class state : unsigned char { unseen, on_path, done };
  std::vector<state> states(tasks_.size(), state::unseen);
  std::vector<step> path;
  for (std::size_t start = 0; start < tasks_.size(); ++start) {
    if (states[start] == state::unseen) path.push_back({start});
    while (!path.empty()) {
      auto& [task, next_edge] = path.back();
      states[task] = state::on_path;
      if (next_edge == tasks_[task].awaited_by.size()) {
        states[task] = state::done;
        path.pop_back();
        continue;
      }
      const std::size_t by = index_of(*tasks_[task].awaited_by[next_edge++]);
      if (by == tasks_.size() || states[by] == state::done) continue;
      if (states[by] == state::unseen) {
        path.push_back({by});
        continue;
      }
      std::vector<const task_record*> found;  // from the awaiting end: each waits for the next
      while (path.back().task != by) {
        found.push_back(tasks_[path.back().task].record);
        path.pop_back();
      }
      found.push_back(tasks_[by].record);
      return found;
    }
  }
  return {};
}

// The library's own coroutines say nothing to who looks for his.
bool is_own(const std::source_location& place) {
  return std::string_view(place.file_name()).find("include/overlap/") != std::string_view::npos;
}

std::vector<std::source_location> places_from(const frame* innermost) {
  std::vector<std::source_location> places;
  for (const frame* at = innermost; at != nullptr && at != at->task; at = at->parent) {
    if (!at->is_adaptor && !is_own(at->place)) places.push_back(at->place);
  }
  return places;
}

std::string_view file_of(const std::source_location& place) {
  std::string_view file(place.file_name());
  if (const std::size_t slash = file.rfind('/'); slash != std::string_view::npos)
    file.remove_prefix(slash + 1);
  return file;
}

}  // namespace overlap::asyncio::detail
