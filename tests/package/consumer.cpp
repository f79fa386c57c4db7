// The smallest program of a user: says that overlap was found, compiled, linked and works.
#include <chrono>
#include <cstdio>

#include <overlap/base/duration.hpp>
#include <overlap/base/error.hpp>

int main() {
  using namespace std::chrono_literals;
  const overlap::duration pause = 1500ms;
  std::printf("%s: %.1f s\n", overlap::error("overlap works").what(), pause.seconds());
  return pause.seconds() == 1.5 ? 0 : 1;
}
