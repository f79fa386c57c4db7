// include/overlap/asyncio/detail/scope.hpp
//
// A node in the tree of cancellation. Cancelling marks a scope and all below it (not below a shield) and
// queues the leaves that could be withdrawn; it never resumes and never destroys anything.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. effective == cancelled || (!shield && parent->effective). Both flags are sticky.
//   2. Every wait that begins in an effective scope is stopped; one that had finished before keeps its value.
//   3. A scope is left before it dies, after everything inside it has ended.
#pragma once

#include <source_location>

#include <overlap/asyncio/detail/frame.hpp>
#include <overlap/base/shared_text.hpp>

namespace overlap::asyncio::detail {

struct scope {
  scope* parent = nullptr;
  scope* first_child = nullptr;
  scope* next_sibling = nullptr;
  scope** link = nullptr;  // what points at this one; null when not entered
  waiter* leaf = nullptr;  // who waits directly in this scope
  bool cancelled = false;  // itself
  bool effective = false;  // itself, or an outer one through no shield
  bool shield = false;
  void (*outer_cancelled)(void* owner) = nullptr;  // shields only: somebody outside was cancelled
  void* owner = nullptr;                           // for outer_cancelled
  shared_text reason;                              // of `cancelled`
  std::source_location origin;                     // where cancel was called

  scope() noexcept = default;
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;

  void enter(scope* outer) noexcept {
    parent = outer;
    if (outer == nullptr) return;
    effective = cancelled || (outer->effective && !shield);
    link = &outer->first_child;
    next_sibling = outer->first_child;
    if (next_sibling != nullptr) next_sibling->link = &next_sibling;
    outer->first_child = this;
  }
  void leave() noexcept {
    if (link == nullptr) return;
    *link = next_sibling;
    if (next_sibling != nullptr) next_sibling->link = link;
    link = nullptr;
  }

  /// Marks this scope and what is inside, and queues their leaves for a stop. A second call does nothing.
  void cancel(shared_text why, std::source_location where);

  /// The scope whose cancellation reaches this one: itself or the nearest cancelled one outside.
  [[nodiscard]] const scope* cancelled_by() const noexcept;

 private:
  void spread();
};

}  // namespace overlap::asyncio::detail
