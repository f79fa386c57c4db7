// examples/seeds/s3_09_queue.cpp
//
// A producer and consumers. The article's consumers call task_done() after the work, so a download that
// throws is never reported, and join() hangs; a ticket reports it whatever happens. And the end of the queue
// is shutdown(), not one pill for each consumer.

#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <overlap/queue.hpp>
#include <overlap/threading.hpp>

namespace threading = overlap::threading;
using namespace std::chrono_literals;

void download(const std::string& url) {
  if (url.ends_with("/2")) throw std::runtime_error("Cannot reach " + url);
}

void broken_consumer(overlap::queue::queue<std::string>& urls) {
  const std::string url = urls.get();
  download(url);
  urls.task_done();  // not when it has thrown
}

void consumer(overlap::queue::queue<std::string>& urls, threading::guarded<int>& failures) {
  while (auto url = urls.next_ticket()) try {
      download(*url);
    } catch (const std::runtime_error&) {
      failures.with([](int& count) { ++count; });
    }
}

int main() {
  overlap::queue::queue<std::string> broken;
  broken.put("https://example.com/2");
  threading::thread one(broken_consumer, std::ref(broken));
  one.start();
  if (one.exception()) std::puts("broken: a consumer died of a failed download");
  if (!broken.join(10ms)) std::puts("broken: join() waits for ever");

  overlap::queue::queue<std::string> urls(10);
  threading::guarded<int> failures(0);
  std::vector<threading::thread> consumers;
  for (int i = 0; i < 4; ++i) consumers.emplace_back(consumer, std::ref(urls), std::ref(failures)).start();
  for (int i = 0; i < 20; ++i) urls.put("https://example.com/" + std::to_string(i % 5));
  urls.join();
  std::printf("right: 20 urls, %d failures, all reported done\n", *failures.read());
  urls.shutdown();
}
