// tests/futures/gate.hpp
//
// A job that holds its worker until the test lets it go.
//
// Threads: any.
#pragma once

#include <latch>

namespace overlap::futures {

class gate {
 public:
  /// For the job: says that it runs, and waits for open().
  void pass() {
    reached_.count_down();
    opened_.wait();
  }
  void wait_until_reached() { reached_.wait(); }
  void open() { opened_.count_down(); }

 private:
  std::latch reached_{1};
  std::latch opened_{1};
};

}  // namespace overlap::futures
