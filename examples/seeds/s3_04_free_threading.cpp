// examples/seeds/s3_04_free_threading.cpp
//
// What Python's free threading is about: work of the CPU on several threads at once. C++ threads have always
// run at the same time; how much that is here is written to standard error.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <overlap/futures.hpp>

namespace futures = overlap::futures;

std::uint64_t primes_up_to(std::uint64_t limit) {
  std::uint64_t found = 0;
  for (std::uint64_t number = 2; number < limit; ++number) {
    bool is_prime = true;
    for (std::uint64_t each = 2; each * each <= number && is_prime; ++each) is_prime = number % each != 0;
    found += is_prime ? 1 : 0;
  }
  return found;
}

double milliseconds_with(int workers) {
  const std::vector<std::uint64_t> limits(8, 100'000);
  futures::thread_pool_executor pool(workers);
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t found = 0;
  for (const std::uint64_t each : pool.map(primes_up_to, limits)) found += each;
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - began;
  std::printf("%d worker(s): %llu primes\n", workers, static_cast<unsigned long long>(found));
  return taken.count();
}

int main() {
  const double alone = milliseconds_with(1);
  const double together = milliseconds_with(2);
  std::fprintf(stderr, "%.0f ms and %.0f ms: %.2f times as fast\n", alone, together, alone / together);
}
