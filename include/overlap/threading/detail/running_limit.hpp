// include/overlap/threading/detail/running_limit.hpp
//
// A wait_limit for a call that waits several times: its time-out counts from the beginning.
//
// Threads: a value for one call.
#pragma once

#include <overlap/base/time_point.hpp>
#include <overlap/threading/wait_limit.hpp>

namespace overlap::threading::detail {

class running_limit {
 public:
  explicit running_limit(const wait_limit& whole) noexcept;

  /// What is left of it now.
  [[nodiscard]] wait_limit rest() const noexcept;

 private:
  wait_limit whole_;
  time_point until_;
};

}  // namespace overlap::threading::detail
