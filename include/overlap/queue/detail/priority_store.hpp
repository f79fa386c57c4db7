// include/overlap/queue/detail/priority_store.hpp
//
// Items by priority, lowest first, those of equal priority in the order of arrival: a binary heap of places.
//
// Threads: none of its own; the owner's.
//
// Invariants
//   1. No place comes before its parent in the heap. Places are compared by key, then by arrival; items
//      themselves never.
//   2. An item stays where it was made until it is taken: the heap moves its places, which cannot throw.
//   3. Every node is in the heap or in the free list; none is freed before the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace overlap::queue::detail {

/// The first of a pair, and of anything else with a `first`; else the item itself.
struct first_or_whole {
  template <class T>
  constexpr const auto& operator()(const T& item) const noexcept {
    if constexpr (requires { item.first; }) {
      return item.first;
    } else {
      return item;
    }
  }
};

/// The key of an item by a member, a member function, or anything that is called with the item.
template <auto Key, class T>
decltype(auto) key_of(const T& item) {
  using key = std::remove_const_t<decltype(Key)>;
  if constexpr (std::is_member_object_pointer_v<key>) {
    return (item.*Key);
  } else if constexpr (std::is_member_function_pointer_v<key>) {
    return (item.*Key)();
  } else {
    return Key(item);
  }
}

template <class T, auto Key>
class priority_store {
 public:
  priority_store() noexcept = default;
  priority_store(priority_store&& other) noexcept
      : heap_(std::move(other.heap_)),
        free_(std::exchange(other.free_, nullptr)),
        next_arrival_(other.next_arrival_),
        next_put_back_(other.next_put_back_) {
    other.heap_.clear();
  }
  priority_store& operator=(priority_store&&) = delete;
  ~priority_store() {
    for (const place& each : heap_) {
      each.at->item.~T();
      delete each.at;
    }
    while (free_ != nullptr) delete std::exchange(free_, free_->next_free);
  }

  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
  [[nodiscard]] T& next() noexcept { return heap_.front().at->item; }

  /// If making the item or comparing its key throws, nothing has changed.
  void push(T&& item) {
    insert(std::move(item), next_arrival_);
    ++next_arrival_;
  }
  /// Before all others of its key.
  void put_back(T&& item) {
    insert(std::move(item), next_put_back_);
    --next_put_back_;
  }

  /// Comparing keys must not throw here: they have been compared before.
  void pop() noexcept {
    node* emptied = heap_.front().at;
    const place last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sink(last);
    emptied->item.~T();
    give_back(*emptied);
  }

 private:
  struct node {
    node() noexcept {}
    node(const node&) = delete;
    node& operator=(const node&) = delete;
    ~node() {}

    union {
      T item;
      node* next_free;
    };
  };
  struct place {
    node* at;
    std::uint64_t arrival;
  };

  static bool is_before(const place& one, const place& other) {
    const auto& key = key_of<Key>(std::as_const(one.at->item));
    const auto& other_key = key_of<Key>(std::as_const(other.at->item));
    if (key < other_key) return true;
    if (other_key < key) return false;
    return one.arrival < other.arrival;
  }

  // Owns a node with an item in it until it is in the heap.
  struct made_node {
    priority_store& store;
    node* at;
    ~made_node() {
      if (at == nullptr) return;
      at->item.~T();
      store.give_back(*at);
    }
  };

  void insert(T&& item, std::uint64_t arrival) {
    heap_.push_back({nullptr, 0});  // the memory first; taken out again below unless all goes well
    struct place_guard {
      std::vector<place>& heap;
      bool kept = false;
      ~place_guard() {
        if (!kept) heap.pop_back();
      }
    } guard{heap_};
    made_node made{*this, make(std::move(item))};
    const place added{made.at, arrival};
    std::size_t at = heap_.size() - 1;
    std::size_t target = at;
    while (target != 0 && is_before(added, heap_[(target - 1) / 2])) target = (target - 1) / 2;
    for (; at != target; at = (at - 1) / 2) heap_[at] = heap_[(at - 1) / 2];
    heap_[target] = added;
    made.at = nullptr;
    guard.kept = true;
  }

  // Fills the hole at the root with `last`.
  void sink(place last) {
    std::size_t hole = 0;
    for (;;) {
      std::size_t child = 2 * hole + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && is_before(heap_[child + 1], heap_[child])) ++child;
      if (!is_before(heap_[child], last)) break;
      heap_[hole] = heap_[child];
      hole = child;
    }
    heap_[hole] = last;
  }

  node* make(T&& item) {
    if (free_ == nullptr) {
      free_ = new node;
      free_->next_free = nullptr;
    }
    node* taken = free_;
    node* rest = taken->next_free;
    try {
      new (static_cast<void*>(&taken->item)) T(std::move(item));
    } catch (...) {
      taken->next_free = rest;
      throw;
    }
    free_ = rest;
    return taken;
  }

  void give_back(node& emptied) noexcept {
    emptied.next_free = free_;
    free_ = &emptied;
  }

  std::vector<place> heap_;
  node* free_ = nullptr;
  std::uint64_t next_arrival_ = std::uint64_t{1} << 63;
  std::uint64_t next_put_back_ = next_arrival_ - 1;
};

}  // namespace overlap::queue::detail
