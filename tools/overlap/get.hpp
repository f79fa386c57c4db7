// tools/overlap/get.hpp
//
// `overlap get`: downloads many URLs at once, each whole or not at all.
//
// Threads: main's only.
#pragma once

/// Runs `overlap get`; argv[0] is the word "get". Gives 0 if all files are there and whole; 1 if some are
/// not; 2 for wrong usage, before anything is sent; 124 after the total time-out; 128 + the signal's number
/// after an interruption.
int run_get(int argc, char** argv);
