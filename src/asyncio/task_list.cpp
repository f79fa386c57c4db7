// src/asyncio/task_list.cpp
//
// The wait graph as text, for a program in which nothing can ever run again.

#include <string>

#include "asyncio/await_graph.hpp"
#include "asyncio/event_loop_state.hpp"
#include "asyncio/task_list.hpp"

namespace overlap::asyncio::detail {

namespace {

void append_place(std::string& text, const std::source_location& place) {
  text.append(file_of(place)).append(":").append(std::to_string(place.line())).append(" in ");
  text.append(place.function_name());
}

void append_circle(std::string& text, const std::vector<const task_record*>& circle) {
  if (circle.empty()) return;
  text.append("  these wait for each other in a circle: ");
  for (const task_record* each : circle) text.append(label_of(*each)).append(" -> ");
  text.append(label_of(*circle.front())).append("\n");
}

}  // namespace

std::string label_of(const task_record& task) {
  return task.name.empty() ? "task-" + std::to_string(task.id) : std::string(task.name.view());
}

std::string list_tasks(const event_loop_state& loop) {
  std::string text;
  const await_graph graph(loop);
  for (const awaiting_task& each : graph.tasks()) {
    text.append("  ").append(label_of(*each.record)).append(", created at ");
    append_place(text, each.record->place);
    text.append("\n");
    for (const std::source_location& place : places_from(each.at)) {
      text.append("    waits at ");
      append_place(text, place);
      text.append("\n");
    }
    for (const task_record* by : each.awaited_by)
      text.append("    awaited by ").append(label_of(*by)).append("\n");
  }
  append_circle(text, graph.circle());
  return text;
}

}  // namespace overlap::asyncio::detail
