// tests/asyncio/random_world.hpp
//
// What a random program runs in: it counts, notes and complains.
//
// Threads: the loop's thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "asyncio/live_counter.hpp"
#include "asyncio/loop_test.hpp"
#include "asyncio/random_program.hpp"

namespace overlap::asyncio {

/// One thing that happened: which node, what, when.
struct trace_entry {
  int id;
  char what;
  duration when;
  friend bool operator==(const trace_entry&, const trace_entry&) = default;
};

struct world {
  live_counter frames;
  semaphore semaphores[3] = {semaphore(1), semaphore(1), semaphore(2)};
  static constexpr std::size_t permits[3] = {1, 1, 2};
  int entered = 0;
  int left = 0;
  int cleanups_due = 0;
  int cleanups_done = 0;
  std::size_t line_max = 0;
  std::set<int> thrown;
  std::map<node_kind, int> begun;
  std::map<node_kind, int> completed;
  std::vector<trace_entry> trace;
  std::vector<std::string> complaints;
  std::vector<task_handle<int>> handles;  // some outlive the loop

  void note(const node& what, char happened) {
    trace.push_back({what.id, happened, testing::now() - time_point()});
  }
  void demand(bool holds, const node& where, const char* rule) {
    if (!holds) complaints.push_back(where.text() + ": " + rule);
  }
};

/// The run of one node. Nothing that began inside it may be there when it ends, in whatever way it does.
class life {
 public:
  life(world& around, const node& what, life* outer) : around_(around), what_(what), outer_(outer) {
    if (outer_ != nullptr) ++outer_->inside_;
    ++around_.begun[what_.kind];
    around_.note(what_, '(');
  }
  life(const life&) = delete;
  life& operator=(const life&) = delete;
  ~life() {
    around_.demand(inside_ == 0, what_, "something inside outlives it");
    if (outer_ != nullptr) --outer_->inside_;
    around_.note(what_, ')');
  }

 private:
  world& around_;
  const node& what_;
  life* outer_;
  int inside_ = 0;
};

}  // namespace overlap::asyncio
