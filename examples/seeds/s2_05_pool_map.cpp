// examples/seeds/s2_05_pool_map.cpp
//
// One line that maps a function over items on threads. The pool is a temporary: its results keep what they
// need. Another executor (of processes, say) goes into the same line.

#include <cstdio>
#include <string>
#include <vector>

#include <overlap/futures.hpp>

namespace futures = overlap::futures;

std::string task(const std::string& item) { return "done with " + item; }

int main() {
  const std::vector<std::string> items = {"apples", "pears", "plums"};
  for (const std::string& each : futures::thread_pool_executor().map(task, items)) std::puts(each.c_str());
}
