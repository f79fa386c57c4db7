// tests/threading/gate.hpp
//
// A thread that is held until the test lets it go, and the way to wait until another one blocks.
//
// Threads: any.
#pragma once

#include <latch>
#include <thread>

namespace overlap::threading {

class gate {
 public:
  /// For the thread: says that it runs, and waits for open().
  void pass() {
    reached_.count_down();
    opened_.wait();
  }
  void wait_until_open() { opened_.wait(); }
  void wait_until_reached() { reached_.wait(); }
  void open() { opened_.count_down(); }

 private:
  std::latch reached_{1};
  std::latch opened_{1};
};

/// Waits until `condition()`, which another thread makes true by itself: until it blocks, say.
template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

}  // namespace overlap::threading
