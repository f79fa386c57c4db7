// src/asyncio/call_graph.cpp
//
// Capturing follows the edges of an await_graph upwards; formatting walks the captured tree.

#include <algorithm>
#include <string>

#include <overlap/asyncio/call_graph.hpp>

#include "asyncio/await_graph.hpp"
#include "asyncio/event_loop_state.hpp"
#include "asyncio/task_list.hpp"

namespace overlap::asyncio {

namespace detail {

namespace {

// `path`: the tasks from the captured one up to here, for circles.
call_graph capture(const await_graph& tasks, const task_record& record,
                   std::vector<const task_record*>& path) {
  call_graph captured;
  captured.task_id = record.id;
  captured.task_name = shared_text(label_of(record));
  captured.created = record.place;
  captured.is_repeated = std::ranges::find(path, &record) != path.end();
  const awaiting_task* found = tasks.find(record);
  if (found == nullptr || captured.is_repeated) return captured;
  captured.call_stack = places_from(found->at);
  path.push_back(&record);
  for (const task_record* each : found->awaited_by)
    captured.awaited_by.push_back(capture(tasks, *each, path));
  path.pop_back();
  return captured;
}

call_graph capture(const task_record& record) {
  const await_graph tasks(state_of(*record.loop));
  std::vector<const task_record*> path;
  return capture(tasks, record, path);
}

void append_lines(std::string& text, const call_graph& graph, std::string indent) {
  text.append(indent).append("* Task(name='").append(graph.task_name.view()).append("', id=");
  text.append(std::to_string(graph.task_id)).append(")");
  text.append(graph.is_repeated ? " is above already: these tasks wait for each other in a circle\n" : "\n");
  indent.append("  ");
  if (!graph.call_stack.empty()) text.append(indent).append("+ Call stack:\n");
  for (const std::source_location& place : graph.call_stack) {
    text.append(indent).append("|   File \"").append(file_of(place)).append("\", line ");
    text.append(std::to_string(place.line())).append(", in ").append(place.function_name()).append("\n");
  }
  if (graph.awaited_by.empty()) return;
  text.append(indent).append("+ Awaited by:\n");
  for (const call_graph& each : graph.awaited_by) append_lines(text, each, indent + "  ");
}

}  // namespace

call_graph capture_from(frame& running) {
  call_graph captured = capture(*running.task);
  captured.call_stack = places_from(&running);
  return captured;
}

}  // namespace detail

call_graph capture_call_graph(const any_task& task) { return detail::capture(detail::record_of(task)); }

shared_text format_call_graph(const call_graph& graph) {
  std::string text;
  detail::append_lines(text, graph, "");
  return shared_text(text);
}

void print_call_graph(const call_graph& graph, std::FILE* to) {
  const shared_text text = format_call_graph(graph);
  std::fwrite(text.view().data(), 1, text.view().size(), to);
}

}  // namespace overlap::asyncio
