// tests/http/test_server.hpp
//
// A web server in a thread of the test: one poll loop, so its answers come in a fixed order. The path says
// what it does:
//
//   /echo            the request's head and body, as the body          /status/N       status N
//   /bytes/N         N bytes of the letters a…z over and over          /cut/N          says N bytes, sends
//   half /headers         two Set-Cookie fields, mixed case                 /never          no answer at all
//   /head-only       headers for 10 bytes, and nothing more            /close          closes without a word
//   /redirect/N      302 to /redirect/N-1 … /echo                      /loop           302 to itself
//   /to/CODE/URL     CODE with Location: URL                           /latin1         "caf\xe9" in latin-1
//   /chunked         two chunks and a trailer                          /retry/VALUE    503, Retry-After:
//   VALUE /gzip            "hello hello hello" compressed                    /hold           answers at
//   release() /broken-gzip     Content-Encoding: gzip, and no gzip
//
// Threads: the constructor, the destructor, release() and the counters are for the test's thread.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <thread>

namespace overlap::http::testing {

class test_server {
 public:
  test_server();
  test_server(const test_server&) = delete;
  test_server& operator=(const test_server&) = delete;
  ~test_server();

  [[nodiscard]] std::string url(std::string_view path) const;
  [[nodiscard]] int port() const noexcept { return port_; }

  [[nodiscard]] int accepted() const noexcept { return accepted_; }
  [[nodiscard]] int open() const noexcept { return open_; }
  [[nodiscard]] int open_max() const noexcept { return open_max_; }
  [[nodiscard]] int requests() const noexcept { return requests_; }
  [[nodiscard]] long long bytes_sent() const noexcept { return bytes_sent_; }

  /// Answers all /hold requests, and those that come later at once.
  void release();
  /// Waits until nobody is connected.
  void wait_until_empty() const;

 private:
  struct connection {
    std::string in;
    std::string out;
    long long left = 0;  // bytes of a long body still to be made
    long long made = 0;
    bool is_held = false;
    bool closes = false;
  };

  void serve();
  void accept_all();
  bool read_from(int fd, connection& each);
  void take_requests(connection& each);
  void answer(connection& each, std::string_view head, std::string_view body);
  bool send_to(int fd, connection& each);

  int listener_ = -1;
  int wake_[2] = {-1, -1};
  int port_ = 0;
  std::map<int, connection> connections_;
  std::atomic<int> accepted_{0};
  std::atomic<int> open_{0};
  std::atomic<int> open_max_{0};
  std::atomic<int> requests_{0};
  std::atomic<long long> bytes_sent_{0};
  std::atomic<bool> is_released_{false};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

/// How many descriptors this process has open.
int open_descriptors();

}  // namespace overlap::http::testing
