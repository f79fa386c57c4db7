// include/overlap/testing/virtual_time.hpp
//
// What time it is for the tasks of a simulation.
//
// Threads: the loop's thread only.
#pragma once

#include <overlap/base/duration.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::testing {

/// The present moment on the clock of this thread's loop; in a simulation the time since its start. As
/// get_running_loop().time(), but the loop still notices when it can never go on, because no handle to it
/// is given out.
///
/// Throws   invalid_state_error  outside of a loop
/// Python   trio.current_time
[[nodiscard]] time_point now();

/// Measures time on the loop's clock from the moment it was made.
class stopwatch {
 public:
  stopwatch() : started_(now()) {}

  [[nodiscard]] duration elapsed() const { return now() - started_; }
  /// The time until now; the measuring starts again.
  duration restart() {
    const time_point before = started_;
    started_ = now();
    return started_ - before;
  }

 private:
  time_point started_;
};

}  // namespace overlap::testing
