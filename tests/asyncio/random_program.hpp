// tests/asyncio/random_program.hpp
//
// Programs that a seed makes: trees of scopes, groups, gathers, sleeps, cancels and errors, as data first, so
// that the same program can be run in many orders and shown when it fails.
//
// Threads: plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace overlap::asyncio {

enum class node_kind : std::uint8_t {
  pause,         // sleep(number ms); 0: a yield
  hold,          // child 0 with a permit of semaphore `number`
  sequence,      // children one after the other
  all,           // gather
  all_outcomes,  // gather(return_exceptions, …)
  group,         // a task_group: child 0 is the body, the others tasks
  scope,         // a cancel_scope around child 0, cancelled by a task beside it
  protect,       // shield
  clean,         // finally: child 0, then child 1 on every path
  resource,      // with(something that has enter and leave)
  to_thread,
  talk,      // a socket pair: send and receive
  limit,     // with(timeout(number ms))
  wait_for,  // wait_for(child 0, number ms)
  fail,      // throws program_error
  caught,    // child 0, its errors taken
  cancel_one,
  background,  // create_task(child 0)
  count
};

constexpr std::size_t node_kinds = static_cast<std::size_t>(node_kind::count);

constexpr std::array<const char*, node_kinds> kind_names = {
    "pause", "hold",     "sequence", "all",      "all_outcomes", "group",
    "scope", "protect",  "clean",    "resource", "to_thread",    "talk",
    "limit", "wait_for", "fail",     "caught",   "cancel_one",   "background"};

struct node {
  node_kind kind = node_kind::pause;
  int id = 0;
  int number = 0;
  std::vector<node> children;

  [[nodiscard]] std::string text() const {
    std::string all = std::string(kind_names[static_cast<std::size_t>(kind)]) + "#" + std::to_string(id) +
                      "[" + std::to_string(number) + "]";
    if (children.empty()) return all;
    for (std::size_t i = 0; i < children.size(); ++i) all += (i == 0 ? "(" : ", ") + children[i].text();
    return all + ")";
  }
};

/// What a program may use: to_thread only where it is no real thread, sockets only where there is a kernel.
struct program_limits {
  bool with_threads = false;
  bool with_sockets = false;
  int semaphores = 3;
};

class program_maker {
 public:
  program_maker(std::uint64_t seed, program_limits limits) noexcept : state_(seed), limits_(limits) {}

  node make() {
    for (;;) {
      made_ = 0;
      node root = pick(2) == 0 ? make_crowd() : make_node(0, {});
      if (made_ >= nodes_min) return root;
    }
  }

 private:
  static constexpr int nodes_min = 12;
  static constexpr int nodes_enough = 60;
  static constexpr int depth_max = 6;

  struct place {
    // Semaphores are taken in ascending order on every path, so no program can deadlock.
    int next_semaphore = 0;
    // Cleanup: nothing that could keep it from coming to its end.
    bool is_calm = false;
  };

  int pick(int below) noexcept {
    // SplitMix64 (Steele, Lea, Flood 2014).
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<int>((mixed ^ (mixed >> 31U)) % static_cast<std::uint64_t>(below));
  }

  // What makes tasks meet comes more often than the rest.
  node_kind pick_kind() noexcept {
    constexpr std::array<node_kind, 6> favoured = {node_kind::hold, node_kind::hold,  node_kind::hold,
                                                   node_kind::all,  node_kind::group, node_kind::cancel_one};
    const auto index = static_cast<std::size_t>(pick(static_cast<int>(node_kinds + favoured.size())));
    return index < node_kinds ? static_cast<node_kind>(index) : favoured[index - node_kinds];
  }

  [[nodiscard]] bool may_be(node_kind kind, int depth, place at) const noexcept {
    const bool is_leaf = kind == node_kind::pause || kind == node_kind::to_thread ||
                         kind == node_kind::talk || kind == node_kind::fail || kind == node_kind::cancel_one;
    if (!is_leaf && (depth >= depth_max || made_ > nodes_enough)) return false;
    if (at.is_calm && kind >= node_kind::limit) return false;
    if (kind == node_kind::hold) return at.next_semaphore < limits_.semaphores;
    if (kind == node_kind::to_thread) return limits_.with_threads;
    if (kind == node_kind::talk) return limits_.with_sockets;
    return true;
  }

  /// A group whose tasks stand in one line, each to be stopped after a while.
  node make_crowd() {
    node crowd{node_kind::group, ++made_, 1, {}};
    crowd.children.push_back(make_node(2, {}));
    for (int i = 0; i < 5; ++i) {
      node stopped{node_kind::scope, ++made_, 1 + pick(3), {}};
      node holder{node_kind::hold, ++made_, 0, {}};
      holder.children.push_back(make_node(4, {.next_semaphore = 1}));
      stopped.children.push_back(std::move(holder));
      crowd.children.push_back(std::move(stopped));
    }
    return crowd;
  }

  node make_node(int depth, place at) {
    node made;
    made.id = ++made_;
    do {
      made.kind = pick_kind();
    } while (!may_be(made.kind, depth, at));
    made.number = pick(4);
    int count = 1;
    switch (made.kind) {
      case node_kind::pause:
      case node_kind::to_thread:
      case node_kind::talk:
      case node_kind::fail:
      case node_kind::cancel_one:
        made.number = pick(6);
        return made;
      case node_kind::hold:
        made.number = at.next_semaphore + pick(limits_.semaphores - at.next_semaphore);
        at.next_semaphore = made.number + 1;
        break;
      case node_kind::sequence:
      case node_kind::all:
      case node_kind::all_outcomes:
      case node_kind::group:
        count = 1 + pick(4);
        break;
      default:
        break;
    }
    for (int i = 0; i < count; ++i) made.children.push_back(make_node(depth + 1, at));
    if (made.kind == node_kind::clean) {
      at.is_calm = true;
      made.children.push_back(make_node(depth + 1, at));
    }
    return made;
  }

  std::uint64_t state_;
  program_limits limits_;
  int made_ = 0;
};

}  // namespace overlap::asyncio
