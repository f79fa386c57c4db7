// tools/overlap/retry.hpp
//
// When a failed download is tried again, and after how long.
//
// Threads: a policy belongs to one thread.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <random>

#include <overlap/base/duration.hpp>

namespace overlap::get {

struct retry_options {
  int retries = 3;  ///< tries after the first
  duration backoff_min = duration::from_seconds(0.5);
  duration backoff_max = duration::from_seconds(30);
  duration retry_after_max = duration::from_seconds(60);  ///< the longest Retry-After that is obeyed in full
};

/// Exponential backoff with full jitter: after failure n the wait is drawn evenly from 0 to backoff_min ×
/// 2^(n-1), at most backoff_max. So clients that failed together do not come back together.
class retry_policy {
 public:
  retry_policy(const retry_options& options, std::uint64_t seed) : options_(options), random_(seed) {}

  /// How long to wait after `failures` failures; nothing: give up.
  ///
  /// A server that asks for a pause (Retry-After) gets it, up to retry_after_max, and the jitter on top.
  /// Only failures that may pass are tried again: no connection, time-outs, cut bodies, 408, 429 and 5xx;
  /// not a full disk, a bad certificate or 404.
  std::optional<duration> wait_after(int failures, const std::exception_ptr& failure);

  /// The greatest wait after `failures` failures, without Retry-After.
  [[nodiscard]] duration backoff_limit(int failures) const;

 private:
  retry_options options_;
  std::mt19937_64 random_;
};

/// The same request may well succeed a little later.
bool is_transient(const std::exception_ptr& failure);

}  // namespace overlap::get
