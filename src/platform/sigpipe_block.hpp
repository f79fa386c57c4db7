// src/platform/sigpipe_block.hpp
//
// write(2) to a pipe without a reader raises SIGPIPE, which by default ends the process, and has no flag
// against it as send(2) has. While a reactor lives, its thread blocks the signal, and such a write is EPIPE.
// Python ignores the signal in the whole process; a library must not.
//
// Threads: made and destroyed on the same thread; concerns that thread only (and threads and processes it
// starts meanwhile inherit the mask).
#pragma once

namespace overlap::platform {

class sigpipe_block {
 public:
  sigpipe_block() noexcept;
  ~sigpipe_block();
  sigpipe_block(const sigpipe_block&) = delete;
  sigpipe_block& operator=(const sigpipe_block&) = delete;
};

}  // namespace overlap::platform
