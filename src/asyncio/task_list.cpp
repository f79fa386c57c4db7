// src/asyncio/task_list.cpp
//
// Reads the chains of frames from their leaves up. Costs nothing until somebody asks.

#include <string>

#include "asyncio/event_loop_state.hpp"
#include "asyncio/task_list.hpp"

namespace overlap::asyncio::detail {

namespace {

void append_place(std::string& text, const std::source_location& place) {
  std::string_view file(place.file_name());
  if (const std::size_t slash = file.rfind('/'); slash != std::string_view::npos)
    file.remove_prefix(slash + 1);
  text.append(file).append(":").append(std::to_string(place.line())).append(" in ");
  text.append(place.function_name());
}

const waiter* leaf_of(const task_record& record) { return record.innermost->leaf; }

}  // namespace

std::string label_of(const task_record& task) {
  return task.name.empty() ? "task-" + std::to_string(task.id) : std::string(task.name.view());
}

std::string list_tasks(const event_loop_state& loop) {
  std::string text;
  for (const task_record* record = loop.tasks.front(); record != nullptr; record = loop.tasks.next(*record)) {
    text.append("  ");
    text.append(label_of(*record));
    text.append(", created at ");
    append_place(text, record->place);
    text.append("\n");
    const waiter* leaf = leaf_of(*record);
    if (leaf == nullptr) {
      text.append("    waits for what it has started\n");
      continue;
    }
    for (const frame* at = leaf->suspended; at != nullptr && at != record; at = at->parent) {
      if (at->actions != nullptr) continue;
      text.append("    at ");
      append_place(text, at->place);
      text.append("\n");
    }
  }
  return text;
}

}  // namespace overlap::asyncio::detail
