// tools/overlap/bench_child.hpp
//
// One model, one process: so its memory, processor time and context switches are its own.
//
// Threads: main's only.
#pragma once

#include "bench_models.hpp"

namespace overlap::bench {

/// The option that makes `overlap bench` a child: its value is the model's name.
inline constexpr const char* child_option = "--run-model-here";

/// Runs the model in a child process. Throws overlap::error with the child's reason if it failed.
measurement measure_in_child(model which, const workload& work);

/// The child's part: runs the model and prints the result for its parent. Gives the exit code.
int run_as_child(model which, const workload& work);

}  // namespace overlap::bench
