// tests/base/allocation_faults.hpp
//
// Lets the n-th allocation of this thread fail, to see that nothing is lost or leaked then.
#pragma once

#include <new>

namespace overlap::testing {

/// After `successes` more allocations in this thread the next one throws std::bad_alloc, once. Negative:
/// never.
void fail_allocation_after(int successes) noexcept;

/// Whether an allocation is still due to fail.
[[nodiscard]] bool allocation_fault_is_pending() noexcept;

/// Runs `attempt` with its first, second, … allocation failing, until it comes through without reaching the
/// fault. After each failure `check` sees what is left. Returns how many attempts failed.
template <class Attempt, class Check>
int fail_each_allocation(Attempt attempt, Check check) {
  for (int failures = 0;; ++failures) {
    fail_allocation_after(failures);
    try {
      attempt();
    } catch (const std::bad_alloc&) {
      fail_allocation_after(-1);
      check();
      continue;
    }
    const bool has_come_through = allocation_fault_is_pending();
    fail_allocation_after(-1);
    check();
    if (has_come_through) return failures;
  }
}

}  // namespace overlap::testing
