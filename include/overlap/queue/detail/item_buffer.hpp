// include/overlap/queue/detail/item_buffer.hpp
//
// Items in a row, added and taken at both ends, in segments that are used again and again. A ring that grows
// would have to move its items, and a move that throws half-way would lose some; here an item stays where it
// was made until it is taken.
//
// Threads: none of its own; the owner's.
//
// Invariants
//   1. Segments form one chain: the row from head_ to tail_, then empty ones. None is freed before the end,
//      so a row that has once been as long as it gets never allocates again.
//   2. Empty: head_ == tail_ (both null before the first item), first_ == last_ == 0. Otherwise the row goes
//      from place first_ of head_ up to, not including, place last_ of tail_, and last_ > 0.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace overlap::queue::detail {

template <class T>
class item_buffer {
 public:
  item_buffer() noexcept = default;
  item_buffer(item_buffer&& other) noexcept
      : head_(std::exchange(other.head_, nullptr)),
        tail_(std::exchange(other.tail_, nullptr)),
        first_(std::exchange(other.first_, 0)),
        last_(std::exchange(other.last_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  item_buffer& operator=(item_buffer&&) = delete;
  ~item_buffer() {
    while (size_ != 0) pop_front();
    while (head_ != nullptr) delete std::exchange(head_, head_->next);
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& front() noexcept { return *head_->at(first_); }
  [[nodiscard]] T& back() noexcept { return *tail_->at(last_ - 1); }

  /// If making the item throws, nothing has changed.
  void push_back(T&& item) {
    segment* into = tail_;
    std::size_t place = last_;
    if (into == nullptr || place == per_segment) [[unlikely]] {
      into = &segment_after_tail();
      place = 0;
    }
    new (into->raw(place)) T(std::move(item));
    tail_ = into;
    last_ = place + 1;
    ++size_;
  }

  void push_front(T&& item) {
    if (empty()) return push_back(std::move(item));
    if (first_ == 0) {
      segment& before = segment_after_tail();
      new (before.raw(per_segment - 1)) T(std::move(item));
      unlink(before);
      before.next = head_;
      head_->previous = &before;
      head_ = &before;
      first_ = per_segment;
    } else {
      new (head_->raw(first_ - 1)) T(std::move(item));
    }
    --first_;
    ++size_;
  }

  void pop_front() noexcept {
    front().~T();
    ++first_;
    if (--size_ == 0) {
      first_ = last_ = 0;
    } else if (first_ == per_segment) [[unlikely]] {
      retire_head();
    }
  }

  void pop_back() noexcept {
    back().~T();
    --last_;
    if (--size_ == 0) {
      first_ = last_ = 0;
    } else if (last_ == 0) [[unlikely]] {
      tail_ = tail_->previous;
      last_ = per_segment;
    }
  }

 private:
  static constexpr std::size_t per_segment = sizeof(T) > 64 ? 8 : 512 / sizeof(T);

  struct segment {
    segment* next = nullptr;
    segment* previous = nullptr;
    alignas(T) std::byte memory[per_segment * sizeof(T)];

    void* raw(std::size_t place) noexcept { return memory + place * sizeof(T); }
    T* at(std::size_t place) noexcept { return std::launder(static_cast<T*>(raw(place))); }
  };

  static void unlink(segment& inner) noexcept {  // never the head
    inner.previous->next = inner.next;
    if (inner.next != nullptr) inner.next->previous = inner.previous;
    inner.previous = nullptr;
  }

  void link_after_tail(segment& empty_one) noexcept {
    empty_one.previous = tail_;
    empty_one.next = tail_->next;
    if (empty_one.next != nullptr) empty_one.next->previous = &empty_one;
    tail_->next = &empty_one;
  }

  segment& segment_after_tail() {
    if (tail_ != nullptr && tail_->next != nullptr) return *tail_->next;
    auto* made = new segment;
    if (tail_ == nullptr) {
      head_ = tail_ = made;
    } else {
      link_after_tail(*made);
    }
    return *made;
  }

  void retire_head() noexcept {
    segment* emptied = std::exchange(head_, head_->next);
    head_->previous = nullptr;
    first_ = 0;
    link_after_tail(*emptied);
  }

  segment* head_ = nullptr;
  segment* tail_ = nullptr;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
  std::size_t size_ = 0;
};

/// The store of a queue: oldest first.
template <class T>
class fifo_store : public item_buffer<T> {
 public:
  [[nodiscard]] T& next() noexcept { return this->front(); }
  void push(T&& item) { this->push_back(std::move(item)); }
  void put_back(T&& item) { this->push_front(std::move(item)); }
  void pop() noexcept { this->pop_front(); }
};

/// The store of a lifo_queue: newest first.
template <class T>
class lifo_store : public item_buffer<T> {
 public:
  [[nodiscard]] T& next() noexcept { return this->back(); }
  void push(T&& item) { this->push_back(std::move(item)); }
  void put_back(T&& item) { this->push_back(std::move(item)); }
  void pop() noexcept { this->pop_back(); }
};

}  // namespace overlap::queue::detail
