// examples/seeds/s1_04_download_threads.cpp
//
// Three downloads one after the other, then on three threads: the time is that of the longest, not the sum.
// (Here a second of the article lasts 250 ms.)

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <overlap/threading.hpp>

namespace threading = overlap::threading;
using namespace std::chrono_literals;

constexpr auto second = 250ms;

std::string download(const std::string& url, int delay) {
  std::printf("  Starting %s...\n", url.c_str());
  std::this_thread::sleep_for(delay * second);
  std::printf("  Finished %s (%ds)\n", url.c_str(), delay);
  return "Data from " + url;
}

template <class Function>
double seconds_of(Function function) {
  const auto began = std::chrono::steady_clock::now();
  function();
  return (std::chrono::steady_clock::now() - began) / std::chrono::duration<double>(second);
}

int main() {
  const std::vector<std::pair<std::string, int>> downloads = {{"users", 1}, {"posts", 2}, {"comments", 1}};

  std::puts("Sequential:");
  const double sequential = seconds_of([&] {
    for (const auto& [url, delay] : downloads) download(url, delay);
  });
  std::printf("Sequential: %.0fs\n\n", sequential);

  std::puts("Threaded:");
  const double threaded = seconds_of([&] {
    std::vector<threading::thread> threads;
    for (const auto& [url, delay] : downloads) threads.emplace_back(download, url, delay);
    for (threading::thread& each : threads) each.start();
    for (threading::thread& each : threads) each.join();  // throws what the download threw
  });
  std::printf("Threaded: %.0fs\n", threaded);
}
