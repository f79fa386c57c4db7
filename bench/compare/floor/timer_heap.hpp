// bench/compare/floor/timer_heap.hpp
//
// A binary heap of moments whose entries know their places, so that each can be taken out.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compare/floor/floor.hpp"

namespace hand {

struct timer : node {
  std::int64_t when = 0;
  std::size_t place = 0;
};

class timer_heap {
 public:
  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
  [[nodiscard]] std::int64_t next() const noexcept { return heap_.front().when; }

  void add(timer& added) {
    heap_.push_back({});
    rise(heap_.size() - 1, {added.when, &added});
  }
  void remove(timer& removed) {
    const std::size_t place = removed.place;
    const entry last = heap_.back();
    heap_.pop_back();
    if (place == heap_.size()) return;
    rise(place, last);
    sink(last.owner->place, last);
  }
  timer& pop() {
    timer& first = *heap_.front().owner;
    remove(first);
    return first;
  }

 private:
  struct entry {
    std::int64_t when;
    timer* owner;
  };

  void put(std::size_t place, entry moved) noexcept {
    heap_[place] = moved;
    moved.owner->place = place;
  }
  void rise(std::size_t place, entry moved) noexcept {
    for (; place > 0 && moved.when < heap_[(place - 1) / 2].when; place = (place - 1) / 2)
      put(place, heap_[(place - 1) / 2]);
    put(place, moved);
  }
  void sink(std::size_t place, entry moved) noexcept {
    for (std::size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
      if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
      if (moved.when <= heap_[child].when) break;
      put(place, heap_[child]);
      place = child;
    }
    put(place, moved);
  }

  std::vector<entry> heap_;
};

}  // namespace hand
