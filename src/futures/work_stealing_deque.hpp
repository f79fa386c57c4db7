// src/futures/work_stealing_deque.hpp
//
// The deque of Chase and Lev, of fixed size: its owner adds and takes at the bottom, everybody takes at the
// top. It never grows, because its users have something better to do with what does not fit.
//
// Threads: push() and pop() are the owner's; everything else is for any thread.
//
// Invariants
//   1. top <= bottom, but for the moment in which pop() looks; top never goes back.
//   2. Whoever moves top from t to t + 1 has the item at t, and nobody else has. pop() takes an item without
//      doing so only if it is not the one at top.
//   3. A slot is written only when top says that its former item has been taken.
//
// The one difficult place: pop() writes bottom and then reads top, steal() reads top and then bottom. If both
// could read what was before the other's write, both would take the last item. All four are seq_cst, so one
// of them comes first. (A seq_cst store followed by a seq_cst load is what fences do here, too; and the
// thread sanitizer knows it, which fences it does not.) push() has no such duty: a thief who misses an item
// comes again.
//
// See tests/futures/work_stealing_deque_test.cpp, which runs this code in every schedule of small programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace overlap::futures::detail {

template <class T, std::size_t Capacity, template <class> class Atomic = std::atomic>
class work_stealing_deque {
  static_assert((Capacity & (Capacity - 1)) == 0, "the capacity is a power of two");

 public:
  /// False: it is full. `order` seq_cst makes the item visible before whatever the owner reads next.
  bool push(T* item, std::memory_order order = std::memory_order_release) {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
    // Acquire pairs with the exchange in steal(): what was in the slot has been read.
    const std::int64_t top = top_.load(std::memory_order_acquire);
    if (bottom - top >= static_cast<std::int64_t>(Capacity)) return false;
    slot(bottom).store(item, std::memory_order_relaxed);
    // At least release: pairs with the load in steal(), for the slot and for what the item points to.
    bottom_.store(bottom + 1, order);
    return true;
  }

  /// The newest item, or null.
  T* pop() {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
    // Only the owner adds, and top never goes back: what looks empty is.
    if (top_.load(std::memory_order_relaxed) > bottom) return nullptr;
    bottom_.store(bottom, std::memory_order_seq_cst);
    std::int64_t top = top_.load(std::memory_order_seq_cst);
    if (top < bottom) return slot(bottom).load(std::memory_order_relaxed);

    // One item at most: whoever moves top has it.
    T* item = nullptr;
    if (top == bottom) {
      item = slot(bottom).load(std::memory_order_relaxed);
      if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) item = nullptr;
    }
    bottom_.store(bottom + 1, std::memory_order_relaxed);
    return item;
  }

  /// The oldest item; null if there is none or somebody else was faster.
  T* steal() {
    return steal_if([] { return true; });
  }

  /// The same if `condition()` still holds after the item was seen: then the item was there while it held.
  template <class Condition>
  T* steal_if(Condition condition) {
    std::int64_t top = top_.load(std::memory_order_seq_cst);
    const std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
    if (top >= bottom) return nullptr;
    T* item = slot(top).load(std::memory_order_relaxed);
    if (!condition()) return nullptr;
    // Release: the slot was read before the owner may write it again.
    if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) return nullptr;
    return item;
  }

  /// Of some moment; exact for the owner if it says "empty".
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const {
    const std::int64_t top = top_.load(std::memory_order_seq_cst);
    const std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
    return bottom > top ? static_cast<std::size_t>(bottom - top) : 0;
  }

  /// For the owner: the place of the next item. Everything added later lies at or above it.
  [[nodiscard]] std::int64_t bottom() const { return bottom_.load(std::memory_order_relaxed); }

 private:
  Atomic<T*>& slot(std::int64_t position) {
    return slots_[static_cast<std::size_t>(position) & (Capacity - 1)];
  }

  // The owner's and the thieves' words on lines of their own.
  alignas(64) Atomic<std::int64_t> top_{0};
  alignas(64) Atomic<std::int64_t> bottom_{0};
  alignas(64) Atomic<T*> slots_[Capacity] = {};
};

}  // namespace overlap::futures::detail
