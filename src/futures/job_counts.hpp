// src/futures/job_counts.hpp
//
// How many jobs have come how far. They say what is queued and what runs, without anything that all workers
// would have to write for every job.
//
// Threads: each set is written by one thread at a time and read by any.
//
// Invariants
//   1. Counts only grow. A sum of ends that was read before a sum of beginnings and equals it says that at
//   some
//      moment between nothing was under way.
#pragma once

#include <atomic>
#include <cstdint>

namespace overlap::futures::detail {

class job_count {
 public:
  /// For the one writer.
  void add(std::uint64_t more = 1) noexcept {
    // Release: who sees the count sees what led to it, such as the counts of jobs that this one has
    // submitted.
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_release);
  }
  /// For several.
  void add_shared() noexcept { value_.fetch_add(1, std::memory_order_acq_rel); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct job_counts {
  job_count submitted;  // by a worker's jobs into its own line
  job_count begun;
  job_count completed;  // just before the future is done: who sees the result sees the count
  job_count finished;   // with all callbacks
  job_count helped;     // of those completed, while another job waited
  job_count cancelled;  // met in a line
};

}  // namespace overlap::futures::detail
