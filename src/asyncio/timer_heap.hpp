// src/asyncio/timer_heap.hpp
//
// The loop's timers: a 4-ary heap of moments. Each timer knows its place, so taking one off is O(log n);
// most time-outs never fire, so that is the case that counts.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. entries_[i].alarm->index == i for every i; a timer that is not in the heap has not_queued.
//   2. An entry has 16 bytes, so that the four below another are in one or two lines of the cache. (Places in
//      a table beside the heap, so that a move does not touch a sleeping frame, were tried: 15 % slower.)
//   3. No entry is earlier than its parent; timers of one moment fire in the order of their start.
#pragma once

#include <cstdint>
#include <vector>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::asyncio::detail {

class timer_heap {
 public:
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// The earliest moment, or never().
  [[nodiscard]] time_point next() const noexcept {
    return entries_.empty() ? time_point::never() : entries_.front().when;
  }

  void add(timer& alarm, time_point when) {
    alarm.order = order_++;
    entries_.push_back({when, &alarm});
    sift_up(entries_.size() - 1);
  }

  void remove(timer& alarm) noexcept {
    const std::size_t hole = alarm.index;
    alarm.index = timer::not_queued;
    const entry last = entries_.back();
    entries_.pop_back();
    if (hole == entries_.size()) return;
    entries_[hole] = last;
    last.alarm->index = static_cast<std::uint32_t>(hole);
    sift_up(hole);
    sift_down(last.alarm->index);
  }

  /// Takes off and returns a timer that is due at `now`, or null.
  timer* pop_due(time_point now) noexcept {
    if (entries_.empty() || entries_.front().when > now) return nullptr;
    timer* due = entries_.front().alarm;
    remove(*due);
    return due;
  }

 private:
  struct entry {
    time_point when;
    timer* alarm;
    [[nodiscard]] bool before(const entry& other) const noexcept {
      if (when != other.when) [[likely]]
        return when < other.when;
      // The numbers may have wrapped: what counts is which of the two is ahead by less than half of them.
      return static_cast<std::int32_t>(alarm->order - other.alarm->order) < 0;
    }
  };

  void place(std::size_t index, const entry& moved) noexcept {
    entries_[index] = moved;
    moved.alarm->index = static_cast<std::uint32_t>(index);
  }

  void sift_up(std::size_t index) noexcept {
    const entry moved = entries_[index];
    while (index > 0) {
      const std::size_t above = (index - 1) / 4;
      if (!moved.before(entries_[above])) break;
      place(index, entries_[above]);
      index = above;
    }
    place(index, moved);
  }

  void sift_down(std::size_t index) noexcept {
    const entry moved = entries_[index];
    for (;;) {
      const std::size_t first = 4 * index + 1;
      if (first >= entries_.size()) break;
      std::size_t least = first;
      const std::size_t end = first + 4 < entries_.size() ? first + 4 : entries_.size();
      for (std::size_t child = first + 1; child < end; ++child) {
        if (entries_[child].before(entries_[least])) least = child;
      }
      if (!entries_[least].before(moved)) break;
      place(index, entries_[least]);
      index = least;
    }
    place(index, moved);
  }

  std::vector<entry> entries_;
  std::uint32_t order_ = 0;
};

}  // namespace overlap::asyncio::detail
