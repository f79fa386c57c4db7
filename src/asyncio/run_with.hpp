// src/asyncio/run_with.hpp
//
// run with a loop made to order: for testing::simulate. Threads: as run.
#pragma once

#include <overlap/asyncio/run.hpp>

#include "asyncio/loop_options.hpp"

namespace overlap::asyncio::detail {

void run_root_with(task_record& root, promise_base& body, std::source_location place, loop_options options);

}  // namespace overlap::asyncio::detail
