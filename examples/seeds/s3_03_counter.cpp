// examples/seeds/s3_03_counter.cpp
//
// Four threads count to four million together, right in four ways: the value under its lock, an atomic, a
// count of each thread's own that is added up at the end, and a queue to the one thread that counts. The
// broken form: s3_03_counter_race.cpp

#include <atomic>
#include <cstdio>
#include <vector>

#include <overlap/futures.hpp>
#include <overlap/queue.hpp>
#include <overlap/threading.hpp>

namespace threading = overlap::threading;

constexpr int per_thread = 1'000'000;

template <class Function>
void on_four_threads(Function function) {
  std::vector<threading::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(function).start();
  for (threading::thread& each : threads) each.join();
}

int main() {
  threading::guarded<int> locked(0);
  on_four_threads([&] {
    for (int i = 0; i < per_thread; ++i) locked.with([](int& counter) { ++counter; });
  });
  std::printf("guarded:    %d\n", *locked.read());

  std::atomic<int> counter = 0;
  on_four_threads([&] {
    for (int i = 0; i < per_thread; ++i) counter.fetch_add(1, std::memory_order_relaxed);
  });
  std::printf("atomic:     %d\n", counter.load());

  overlap::futures::thread_pool_executor pool(4);
  const auto count_alone = [](int times) {
    int own = 0;
    for (int i = 0; i < times; ++i) ++own;
    return own;
  };
  int sum = 0;
  for (const int each : pool.map(count_alone, {per_thread, per_thread, per_thread, per_thread})) sum += each;
  std::printf("per thread: %d\n", sum);

  overlap::queue::queue<int> additions(100);
  auto total = pool.submit([&] {
    int own = 0;
    while (const auto each = additions.next()) own += *each;
    return own;
  });
  on_four_threads([&] {
    for (int i = 0; i < per_thread; i += 1000) additions.put(1000);  // in parcels: a hand-over is dear
  });
  additions.shutdown();
  std::printf("queue:      %d\n", total.result());
}
