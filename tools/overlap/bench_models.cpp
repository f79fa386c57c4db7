// tools/overlap/bench_models.cpp
#include "bench_models.hpp"

#include <chrono>
#include <fstream>
#include <numeric>

#include <overlap/asyncio.hpp>
#include <overlap/futures/thread_pool_executor.hpp>
#include <overlap/http/blocking.hpp>
#include <overlap/http/client_session.hpp>

namespace overlap::bench {

namespace {

constexpr std::string_view names[] = {"sequential", "async", "threads"};
constexpr const char* titles[] = {"Sequential", "Async", "Threaded"};

/// Python's time.perf_counter().
double perf_counter() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// One request by the calling thread; gives its seconds.
double fetch(const std::string& url) {
  const double began = perf_counter();
  http::get(url).raise_for_status();
  return perf_counter() - began;
}

/// The same as a task.
asyncio::task<double> fetch_in_loop(http::client_session& session, asyncio::semaphore& limit,
                                    const std::string& url) {
  const auto permit = co_await limit.acquire();
  const double began = perf_counter();
  http::client_response response = co_await session.get(url);
  response.raise_for_status();
  co_await response.read();
  co_return perf_counter() - began;
}

/// A number of /proc/self/status, such as "VmHWM" (in KiB).
std::uint64_t status_number(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1));
  return 0;
}

measurement run_sequential(const workload& work) {
  measurement result;
  for (int request = 0; request < work.requests; ++request) result.request_seconds += fetch(work.url);
  result.threads = 1;
  return result;
}

measurement run_threads(const workload& work) {
  measurement result;
  const std::vector<std::string> urls(static_cast<std::size_t>(work.requests), work.url);
  futures::thread_pool_executor pool(work.at_once);
  result.request_seconds = sum_of(pool.map(&fetch, urls).to_vector());
  result.threads = 1 + static_cast<int>(pool.statistics().workers);
  return result;
}

asyncio::task<measurement> run_tasks(const workload& work) {
  measurement result;
  http::session_options options;
  options.limit = 0;
  http::client_session session(options);
  asyncio::semaphore limit(work.at_once);
  std::vector<asyncio::task<double>> requests;
  requests.reserve(static_cast<std::size_t>(work.requests));
  for (int request = 0; request < work.requests; ++request)
    requests.push_back(fetch_in_loop(session, limit, work.url));
  result.request_seconds = sum_of(co_await asyncio::gather(std::move(requests)));
  result.threads = static_cast<int>(status_number("Threads"));
  co_return result;
}

}  // namespace

std::string_view name_of(model which) noexcept { return names[static_cast<std::size_t>(which)]; }
const char* title_of(model which) noexcept { return titles[static_cast<std::size_t>(which)]; }

std::optional<model> model_named(std::string_view name) noexcept {
  for (const model each : {model::sequential, model::async, model::threads})
    if (name_of(each) == name) return each;
  return std::nullopt;
}

measurement run_model(model which, const workload& work) {
  measurement result;
  const double began = perf_counter();
  switch (which) {
    case model::sequential:
      result = run_sequential(work);
      break;
    case model::async:
      result = asyncio::run(run_tasks(work));
      break;
    case model::threads:
      result = run_threads(work);
      break;
  }
  result.seconds = perf_counter() - began;
  result.which = which;
  // Not getrusage: its maximum counts the memory of the program from before exec, too.
  result.peak_memory_bytes = status_number("VmHWM") * 1024;
  return result;
}

}  // namespace overlap::bench
