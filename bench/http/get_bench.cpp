// bench/http/get_bench.cpp
//
// What a GET costs: the session against bare libcurl, in one run, in turns. A server in a child process
// answers on kept connections; only this process's CPU counts. Ends with 1 if an answer is missing.
//
//   overlap_http_get_bench [requests] [rounds]      20000 5

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/http.hpp>

#include "bare.h"

namespace {

using namespace overlap;

constexpr long body_bytes = 13;

class server {
 public:
  explicit server(const char* program) {
    int to_server[2];
    int from_server[2];
    if (pipe(to_server) != 0 || pipe(from_server) != 0) std::abort();
    child_ = fork();
    if (child_ == 0) {
      dup2(to_server[0], STDIN_FILENO);
      dup2(from_server[1], STDOUT_FILENO);
      close(to_server[1]);
      execl(program, program, static_cast<char*>(nullptr));
      _exit(127);
    }
    close(to_server[0]);
    close(from_server[1]);
    stdin_ = to_server[1];
    char text[16] = {};
    if (read(from_server[0], text, sizeof text - 1) <= 0) std::abort();
    close(from_server[0]);
    port_ = std::atoi(text);
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() {
    close(stdin_);
    waitpid(child_, nullptr, 0);
  }

  [[nodiscard]] std::string url(const char* path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  pid_t child_ = -1;
  int stdin_ = -1;
  int port_ = 0;
};

long ask_all(const char* url, long total, long parallel, long expected_bytes,
             const http::session_options& options) {
  long started = 0;
  long good = 0;
  const auto ask = [&](http::client_session& session) -> asyncio::task<> {
    while (started < total) {
      ++started;
      auto response = co_await session.get(url);
      const std::string body = co_await response.read();
      if (response.status() == 200 && static_cast<long>(body.size()) == expected_bytes) ++good;
    }
  };
  const auto begin_all = [&]() -> asyncio::task<> {
    http::client_session session(options);
    co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
      for (long index = 0; index < parallel; ++index) group.create_task([&] { return ask(session); });
      co_return;
    });
  };
  asyncio::run(begin_all());
  return good;
}

long overlap_session(const char* url, long total, long parallel, long expected_bytes) {
  return ask_all(url, total, parallel, expected_bytes, {.limit = static_cast<std::size_t>(parallel)});
}

// What the bare programs send: no User-Agent, no Accept-Encoding.
long overlap_same_request(const char* url, long total, long parallel, long expected_bytes) {
  return ask_all(url, total, parallel, expected_bytes,
                 {.headers = {{"User-Agent", ""}},
                  .limit = static_cast<std::size_t>(parallel),
                  .auto_decompress = false});
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct rival {
  const char* name;
  long (*ask)(const char*, long, long, long);
  std::vector<double> cpu_us{};
  std::vector<double> wall_us{};
};

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

bool measure(rival& each, const std::string& url, long total, long parallel) {
  const auto wall = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  const long good = each.ask(url.c_str(), total, parallel, body_bytes);
  const auto requests = static_cast<double>(total);
  each.cpu_us.push_back((cpu_seconds() - cpu) * 1e6 / requests);
  each.wall_us.push_back(
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - wall).count() / requests);
  if (good == total) return true;
  std::printf("%s: %ld of %ld answers are right\n", each.name, good, total);
  return false;
}

bool compare(const char* what, const std::string& url, long total, long parallel, int rounds) {
  rival rivals[] = {{"overlap", &overlap_session},
                    {"overlap, request as in C", &overlap_same_request},
                    {"curl_multi_poll in C", &bare_multi},
                    {"curl_multi_socket + epoll in C", &bare_multi_socket}};
  std::printf("%s: %ld GETs, %ld at a time, median of %d rounds in turns\n", what, total, parallel, rounds);
  for (int round = 0; round < rounds; ++round)
    for (rival& each : rivals)
      if (!measure(each, url, total, parallel)) return false;
  for (rival& each : rivals)
    std::printf("  %-32s %7.2f us CPU a request (%.2f x ours), %.3f s in all\n", each.name,
                middle(each.cpu_us), middle(each.cpu_us) / middle(rivals[0].cpu_us),
                middle(each.wall_us) * static_cast<double>(total) / 1e6);
  for (const int ours : {0, 1})
    std::printf("  ratio to C of %-26s %.3f (multi_poll), %.3f (multi_socket)\n", rivals[ours].name,
                middle(rivals[ours].cpu_us) / middle(rivals[2].cpu_us),
                middle(rivals[ours].cpu_us) / middle(rivals[3].cpu_us));
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  const long total = count > 1 ? std::atol(arguments[1]) : 20'000;
  const int rounds = count > 2 ? std::atoi(arguments[2]) : 5;
  const server answering(OVERLAP_BENCH_SERVER);
  const bool is_right = compare("plain", answering.url("/"), total, 50, rounds) &&
                        compare("50 ms each", answering.url("/delay/50"), std::max(100L, total / 10), 100, 1);
  return is_right ? 0 : 1;
}
