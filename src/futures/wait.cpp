// src/futures/wait.cpp
//
// The conditions of wait().

#include <overlap/futures/wait.hpp>

namespace overlap::futures::detail {

void wait_for(completion_set& set, wait_options options) {
  const time_point until = moment_after(options.timeout);
  while (future_state_base* done = set.next(until)) {
    const bool failed = done->failed();
    done->drop_owner();
    if (options.return_when == first_completed) return;
    if (options.return_when == first_exception && failed) return;
  }
}

}  // namespace overlap::futures::detail
