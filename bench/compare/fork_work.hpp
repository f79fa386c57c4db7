// bench/compare/fork_work.hpp
//
// What the parts of the fork scenarios do, the same for all.
//
// Threads: no state.
#pragma once

namespace compare {

inline int fib_of() { return is_quick ? 15 : 35; }
inline long fib_result() { return is_quick ? 610 : 9'227'465; }

inline long skynet_size() { return is_quick ? 1'000 : 1'000'000; }
inline long skynet_result() { return skynet_size() * (skynet_size() - 1) / 2; }

inline int item_count() { return is_quick ? 10'000 : 10'000'000; }

/// A light item.
inline double item(int index) {
  double value = index;
  for (int step = 0; step < 20; ++step) value = value * 0.9 + 1;
  return value;
}

}  // namespace compare
