// examples/seeds/s2_02_start_thread.cpp
//
// One line that starts a thread and forgets it: the process waits for it when it exits, and an exception that
// nobody can catch goes to the excepthook, not to std::terminate.

#include <cstdio>
#include <stdexcept>

#include <overlap/threading.hpp>

namespace threading = overlap::threading;

void task() {
  std::puts("the task runs to its end");
  throw std::runtime_error("and then it fails");
}

int main() {
  threading::set_excepthook([](const threading::excepthook_arguments& arguments) noexcept {
    try {
      std::rethrow_exception(arguments.error);
    } catch (const std::exception& error) {
      std::printf("in %s: %s\n", arguments.thread.name().c_str(), error.what());
    }
  });
  threading::thread({.name = "worker"}, task).start();
}
