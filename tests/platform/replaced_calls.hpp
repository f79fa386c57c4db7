// tests/platform/replaced_calls.hpp
//
// Lets system calls of the reactors fail in a test.
//
// Threads: the test's thread; no other may use a reactor meanwhile.
#pragma once

#include "platform/system_calls.hpp"

namespace overlap::platform {

/// Puts the real calls back at its end. The test changes members of `kernel` in between.
class replaced_calls {
 public:
  replaced_calls() : before_(kernel) {}
  ~replaced_calls() { kernel = before_; }
  replaced_calls(const replaced_calls&) = delete;
  replaced_calls& operator=(const replaced_calls&) = delete;

 private:
  system_calls before_;
};

}  // namespace overlap::platform
