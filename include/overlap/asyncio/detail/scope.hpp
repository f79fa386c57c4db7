// include/overlap/asyncio/detail/scope.hpp
//
// A node in the tree of cancellation. Cancelling marks a scope and all below it (not below a shield) and
// queues the leaves that could be withdrawn; it never resumes and never destroys anything.
//
// The tree is also the list of all tasks: the own scope of each is in it, from its start to its end.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. effective == cancelled || (!shield && outer->effective). Both flags are sticky.
//   2. Every wait that begins in an effective scope is stopped; one that had finished before keeps its value.
//   3. A scope is left before it dies, after everything inside it has ended.
#pragma once

#include <cstddef>
#include <source_location>
#include <string_view>

#include <overlap/asyncio/detail/frame.hpp>
#include <overlap/asyncio/detail/frame_memory.hpp>
#include <overlap/base/shared_text.hpp>

namespace overlap::asyncio::detail {

/// Why and where a scope was cancelled. Made when that happens, because most scopes never need it, and shared
/// with the tasks that it stops.
struct cancellation {
  shared_text reason;
  std::source_location origin;
  std::size_t references = 1;

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { free_frame(memory, bytes); }
};

struct scope {
  scope* outer = nullptr;
  scope* first_inner = nullptr;
  scope* next_sibling = nullptr;
  scope** link = nullptr;       // what points at this one; null when not entered
  waiter* leaf = nullptr;       // who waits directly in this scope
  cancellation* why = nullptr;  // of `cancelled`; owned
  bool cancelled : 1 = false;   // itself
  bool effective : 1 = false;   // itself, or an outer one through no shield
  bool shield : 1 = false;
  bool is_watched : 1 = false;  // a watched_scope
  bool is_task : 1 = false;     // of a task_record

  scope() noexcept = default;
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
  ~scope() {
    if (why != nullptr && --why->references == 0) delete why;
  }

  void enter(scope& around) noexcept {
    outer = &around;
    if (cancelled || (around.effective && !shield)) [[unlikely]]
      effective = true;
    link = &around.first_inner;
    next_sibling = around.first_inner;
    if (next_sibling != nullptr) next_sibling->link = &next_sibling;
    around.first_inner = this;
  }
  /// Does nothing if it has not been entered.
  void leave() noexcept {
    if (link == nullptr) return;
    *link = next_sibling;
    if (next_sibling != nullptr) next_sibling->link = link;
    link = nullptr;
  }

  /// Marks this scope and what is inside, and queues their leaves for a stop. A second call does nothing.
  void cancel(shared_text reason, std::source_location origin);

  /// The scope whose cancellation reaches this one: itself or the nearest cancelled one outside.
  [[nodiscard]] const scope* cancelled_by() const noexcept;
  [[nodiscard]] std::string_view reason() const noexcept;

  /// The scopes inside `root`, itself the first, each before those inside it; null after the last.
  [[nodiscard]] scope* following(const scope& root) const noexcept;
  /// The same without those inside this one.
  [[nodiscard]] scope* following_outside(const scope& root) const noexcept;

 private:
  void spread();
};

/// A scope that, while it is a shield, is told when its surroundings are cancelled.
struct watched_scope : scope {
  void (*outer_cancelled)(void* owner) = nullptr;
  void* owner = nullptr;

  watched_scope() noexcept { is_watched = true; }
};

}  // namespace overlap::asyncio::detail
