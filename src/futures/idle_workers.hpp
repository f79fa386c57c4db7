// src/futures/idle_workers.hpp
//
// Who of the workers looks for work and who sleeps, in one word, so that who adds work needs one look at it.
//
// Threads: any.
//
// Invariants
//   1. A worker without work is counted as searching or as a sleeper, never both.
//   2. Each sleeper taken off the count gets one permit; it is counted as searching from then on.
//   3. No wake-up is lost. Who adds work publishes it and then looks at the word (work_added); a worker
//   changes
//      the word and then looks for work (fall_asleep, stop_searching), both seq_cst. So one of them sees the
//      other: the work is found, or the worker is woken, or there is a searcher who will look after it has
//      ceased to be counted as one.
//
//   from         to          by
//   busy         searching   begin_search(), if not too many are
//   busy,search. sleeping    fall_asleep(), unless there is work
//   sleeping     searching   work_added() or wake_all(), with a permit; the worker itself if it finds work
//   searching    busy        stop_searching(): the last one wakes another if there is more to do
//
// See tests/futures/idle_workers_test.cpp, which runs this code in every schedule of small programs.
#pragma once

#include <atomic>
#include <cstdint>

namespace overlap::futures::detail {

template <template <class> class Atomic, class Permits>
class idle_workers {
 public:
  enum flag : std::uint64_t {
    refuses = std::uint64_t{1} << 63,           // no more jobs are taken
    may_start = std::uint64_t{1} << 62,         // there are fewer threads than there may be
    may_start_forking = std::uint64_t{1} << 61  // and fewer than processors
  };

  /// After work was made visible with seq_cst. True: the caller has to look closer, at a flag or by
  /// wake_one().
  [[nodiscard]] bool work_added() const noexcept {
    return needs_attention(word_.load(std::memory_order_seq_cst), refuses | may_start);
  }
  /// After work was made visible with release only: a worker that is just falling asleep may be missed, who
  /// looks again soon. For work that its owner does itself otherwise.
  [[nodiscard]] bool work_offered() const noexcept {
    return needs_attention(word_.load(std::memory_order_relaxed), may_start_forking);
  }
  [[nodiscard]] bool has(flag wanted) const noexcept {
    return (word_.load(std::memory_order_seq_cst) & wanted) != 0;
  }
  void set(flag wanted) noexcept { word_.fetch_or(wanted, std::memory_order_seq_cst); }
  void clear(flag wanted) noexcept { word_.fetch_and(~std::uint64_t{wanted}, std::memory_order_seq_cst); }

  /// Wakes a sleeper if nobody is searching.
  void wake_one() noexcept {
    std::uint64_t word = word_.load(std::memory_order_seq_cst);
    while (sleeping(word) != 0 && searching(word) == 0) {
      if (word_.compare_exchange_weak(word, word - one_sleeper + one_searcher, std::memory_order_seq_cst)) {
        permits_.give(1);
        return;
      }
    }
  }
  void wake_all() noexcept {
    std::uint64_t word = word_.load(std::memory_order_seq_cst);
    while (sleeping(word) != 0) {
      const std::uint64_t sleepers = sleeping(word);
      const std::uint64_t awake = word - sleepers * one_sleeper + sleepers * one_searcher;
      if (word_.compare_exchange_weak(word, awake, std::memory_order_seq_cst)) {
        permits_.give(static_cast<int>(sleepers));
        return;
      }
    }
  }

  /// False: `searchers_max` others do so already.
  bool begin_search(std::uint64_t searchers_max) noexcept {
    std::uint64_t word = word_.load(std::memory_order_seq_cst);
    while (searching(word) < searchers_max) {
      if (word_.compare_exchange_weak(word, word + one_searcher, std::memory_order_seq_cst)) return true;
    }
    return false;
  }

  /// A searcher has found something. `has_more()` tells whether there is more for somebody else.
  template <class HasMore>
  void stop_searching(HasMore has_more) {
    const std::uint64_t word = word_.fetch_sub(one_searcher, std::memory_order_seq_cst);
    if (searching(word) == 1 && sleeping(word) != 0 && has_more()) wake_one();
  }

  /// Sleeps until woken. `has_work()` is asked once the sleeper is counted. The caller is searching
  /// afterwards. `nap` is for a first, limited sleep: false if it ended by itself.
  template <class HasWork, class Limit>
  bool fall_asleep(bool is_searching, HasWork has_work, Limit limit) {
    word_.fetch_add(one_sleeper - (is_searching ? one_searcher : 0), std::memory_order_seq_cst);
    if (has_work()) {
      get_up();
      return true;
    }
    if (permits_.take(limit)) return true;
    get_up();
    return false;
  }

  [[nodiscard]] std::uint64_t sleepers() const noexcept {
    return sleeping(word_.load(std::memory_order_relaxed));
  }

 private:
  static constexpr std::uint64_t one_sleeper = 1;
  static constexpr std::uint64_t one_searcher = std::uint64_t{1} << 24;
  static constexpr std::uint64_t count_mask = one_searcher - 1;

  static std::uint64_t sleeping(std::uint64_t word) noexcept { return word & count_mask; }
  static std::uint64_t searching(std::uint64_t word) noexcept { return (word >> 24) & count_mask; }
  static bool needs_attention(std::uint64_t word, std::uint64_t flags) noexcept {
    return (word & flags) != 0 || (sleeping(word) != 0 && searching(word) == 0);
  }

  // Without a permit: takes a sleeper off the count, or, if all have been, the permit that is there or
  // coming.
  void get_up() {
    std::uint64_t word = word_.load(std::memory_order_seq_cst);
    while (sleeping(word) != 0) {
      if (word_.compare_exchange_weak(word, word - one_sleeper + one_searcher, std::memory_order_seq_cst)) {
        return;
      }
    }
    permits_.take();
  }

  alignas(64) Atomic<std::uint64_t> word_{0};
  Permits permits_;
};

}  // namespace overlap::futures::detail
