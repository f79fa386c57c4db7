// src/futures/priority_lane.hpp
//
// Jobs with a priority other than zero: the highest first, equal ones in order of arrival.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include <overlap/futures/detail/job.hpp>

namespace overlap::futures::detail {

class priority_lane {
 public:
  void push(job& work, int priority) {
    const std::lock_guard lock(mutex_);
    line& last = lines_[priority];
    work.next_in_line = nullptr;
    *last.end = &work;
    last.end = &work.next_in_line;
    ++added_;
    set_highest();
  }

  /// The one with the highest priority, if that is at least `lowest`; else null.
  job* pop(int lowest) noexcept {
    if (!has(lowest)) return nullptr;
    const std::lock_guard lock(mutex_);
    const auto first = lines_.begin();
    if (first == lines_.end() || first->first < lowest) return nullptr;
    job_link* popped = first->second.first;
    first->second.first = popped->next_in_line;
    if (first->second.first == nullptr) lines_.erase(first);
    set_highest();
    return static_cast<job*>(popped);
  }

  [[nodiscard]] bool has(int lowest) const noexcept {
    return highest_.load(std::memory_order_seq_cst) >= lowest;
  }
  [[nodiscard]] std::uint64_t added() const noexcept { return added_.load(std::memory_order_relaxed); }

  static constexpr std::int64_t lowest_of_all = INT32_MIN;

 private:
  struct line {
    job_link* first = nullptr;
    job_link** end = &first;
  };

  void set_highest() noexcept {
    // seq_cst: see idle_workers, rule 3.
    highest_.store(lines_.empty() ? nothing : lines_.begin()->first, std::memory_order_seq_cst);
  }

  static constexpr std::int64_t nothing = INT64_MIN;

  std::mutex mutex_;
  std::map<int, line, std::greater<>> lines_;  // an element stays where it is: `end` points into it
  std::atomic<std::int64_t> highest_{nothing};
  std::atomic<std::uint64_t> added_{0};
};

}  // namespace overlap::futures::detail
