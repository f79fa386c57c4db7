// src/futures/adaptive_spin.hpp
//
// How long to look before sleeping. A sleep and its wake-up cost 16 to 20 µs each, so looking for as long as
// that costs at most twice what knowing the future would. But looking that does not pay takes the processor
// from those who work: the limit follows what the last waits have shown.
//
// Threads: one.
#pragma once

#include <algorithm>
#include <cstdint>

#include <overlap/base/time_point.hpp>

#include "platform/clock.hpp"
#include "platform/cpu_count.hpp"

namespace overlap::futures::detail {

/// Tells the processor that this is a waiting loop.
inline void spin_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

class adaptive_spin {
 public:
  /// Looks at `ready()` for a while. True: it has become true.
  template <class Ready>
  bool until(Ready ready) noexcept {
    for (int round = 0; round < limit_; ++round) {
      if (ready()) {
        limit_ = std::min(2 * limit_, longest());
        patience_ = 1;
        return true;
      }
      spin_pause();
    }
    return false;
  }

  /// Before and after the sleep that followed. One that was short says that looking might pay now; it is
  /// tried again the later, the more often it did not.
  void begin_sleep() noexcept { began_ = platform::monotonic_clock().now(); }
  void end_sleep() noexcept {
    if (limit_ > shortest()) {
      // It was looked for long, for nothing: nothing comes, or those who are awaited wait for a processor
      // themselves, perhaps for this one.
      limit_ = std::max(limit_ / 2, shortest());
      patience_ = std::min(2 * patience_, patience_max);
      sleeps_until_try_ = patience_;
      return;
    }
    const auto slept = platform::monotonic_clock().now() - began_;
    if (slept.nanoseconds() < worth_looking_nanoseconds && --sleeps_until_try_ <= 0) limit_ = longest();
  }

 private:
  // With one processor nobody could make `ready` true meanwhile. A pause is 10 to 20 ns on present
  // processors.
  static bool has_others() noexcept {
    static const bool answer = platform::usable_cpu_count() > 1;
    return answer;
  }
  static int shortest() noexcept { return has_others() ? 50 : 0; }
  static int longest() noexcept { return has_others() ? 1600 : 0; }

  static constexpr std::int64_t worth_looking_nanoseconds = 40'000;
  static constexpr int patience_max = 256;

  int limit_ = longest();
  int patience_ = 1;
  int sleeps_until_try_ = 0;
  time_point began_;
};

}  // namespace overlap::futures::detail
