// examples/seeds/s3_03_counter_race.cpp
//
// The pitfall: four threads add to one counter without a lock. In Python the sum comes out too small; in C++
// it is undefined behaviour. Thread sanitizer says "data race" here, and a test waits for those words. The
// right forms: s3_03_counter.cpp

#include <cstdio>
#include <vector>

#include <overlap/threading.hpp>

namespace threading = overlap::threading;

int counter = 0;

void increment() {
  for (int i = 0; i < 1'000'000; ++i) counter += 1;  // reads, adds, writes: another thread may come between
}

int main() {
  {
    std::vector<threading::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(increment).start();
  }  // joined here
  std::printf("%d, which is at most 4000000\n", counter);
}
