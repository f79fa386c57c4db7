// include/overlap/asyncio/task_options.hpp
//
// What may be said about a task when it is created.
//
// Threads: none of its own.
#pragma once

#include <string_view>

namespace overlap {
class context;
}

namespace overlap::asyncio {

/// `group.create_task(fetch(url), {.name = "fetch", .eager_start = true})`. Everything is borrowed for the
/// call only.
struct task_options {
  std::string_view name{};      ///< copied; shown in errors and in the task tree
  const context* in = nullptr;  ///< the context variables it starts with, copied; null: the caller's
  bool eager_start = false;     ///< runs inside the call, to its first wait
};

}  // namespace overlap::asyncio
