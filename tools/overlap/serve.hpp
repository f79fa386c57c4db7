// tools/overlap/serve.hpp
//
// `overlap serve`: a web server on the loopback whose answers are slow, broken or large on demand. The demo,
// the tests and people who try things out download from it.
//
// Threads: main's only.
#pragma once

/// Runs `overlap serve`; argv[0] is the word "serve". Prints the address it listens at, and returns after
/// SIGTERM or SIGINT: 0; 1 if it could not listen; 2 for wrong usage; 130 if a second Ctrl-C ended it at
/// once.
int run_serve(int argc, char** argv);
