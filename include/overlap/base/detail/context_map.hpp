// include/overlap/base/detail/context_map.hpp
//
// The values of a context: an immutable map from a variable's number to its value. A change makes a new map
// that shares what did not change, so a task inherits its parent's values by copying one pointer.
//
// The map is a tree of 16 branches a level, walked by four bits of the number at a time, highest first.
// Numbers are given out from zero (context_var.cpp), so a program with up to 16 variables has one level and
// one with up to 256 has two. No hashing, hence no collisions; no compressed nodes, hence no bit counting.
//
// Threads: maps are immutable; copies may be read and dropped by several threads at once.
//
// Invariants
//   1. No node is empty; the empty map has none.
//   2. The root is no higher than its largest number needs. With 1, equal maps have the same shape.
//   3. Every entry of a node with shift 0 is a context_value, every other entry is a node.
#pragma once

#include <cstddef>
#include <cstdint>

#include <overlap/base/detail/shared_object.hpp>

namespace overlap::detail {

/// The value of one variable, its type erased. context_var.hpp derives the typed one.
struct context_value : shared_object {
  using equal_function = bool (*)(const context_value&, const context_value&);

  context_value(destroy_function destroy_, equal_function equal_) noexcept
      : shared_object(destroy_), equal(equal_) {}

  equal_function equal;  // both arguments belong to the same variable, hence are of the same type

 protected:
  ~context_value() = default;
};

struct context_node;

class context_map {
 public:
  constexpr context_map() noexcept = default;

  [[nodiscard]] bool empty() const noexcept { return !root_; }
  [[nodiscard]] std::size_t size() const noexcept;

  /// The value of variable `number`, or null. Borrowed from this map.
  [[nodiscard]] const context_value* find(std::uint64_t number) const noexcept;

  /// This map with `value` for `number`. Throws std::bad_alloc.
  [[nodiscard]] context_map with(std::uint64_t number, shared_reference<context_value> value) const;

  /// This map without `number`. Throws std::bad_alloc.
  [[nodiscard]] context_map without(std::uint64_t number) const;

  /// The same variables with equal values.
  friend bool operator==(const context_map& left, const context_map& right);

 private:
  // Complete only in context_map.cpp; the reference needs no more than the head of the object here.
  shared_reference<shared_object> root_;
};

}  // namespace overlap::detail
