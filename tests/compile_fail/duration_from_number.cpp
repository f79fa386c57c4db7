// A bare number is no duration: is it seconds, as in Python, or milliseconds? `sleep(5s)` says so.
#include <chrono>

#include <overlap/base/duration.hpp>

void wait_at_most(overlap::duration) {}

int main() {
  using namespace std::chrono_literals;
#ifdef OVERLAP_BAD
  wait_at_most(5);
#else
  wait_at_most(5s);
#endif
}
