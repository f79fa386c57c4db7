// tools/overlap/bench.hpp
//
// `overlap bench`: the same requests made one after the other, by threads and by the event loop, and what
// each of these models costs.
//
// Threads: main's only.
#pragma once

/// Runs `overlap bench`; argv[0] is the word "bench". Gives 0; 1 if requests failed; 2 for wrong usage.
/// It executes the program itself again (/proc/self/exe) with `bench` as its first argument, so main must
/// come back here for it.
int run_bench(int argc, char** argv);
