// tools/overlap/get_errors.hpp
//
// What ends `overlap get` before anything is sent.
//
// Threads: immutable.
#pragma once

#include <overlap/base/error.hpp>

namespace overlap::get {

/// The command line or a list is wrong: exit code 2. The text may have several lines.
class usage_error : public error {
 public:
  using error::error;
};

}  // namespace overlap::get
