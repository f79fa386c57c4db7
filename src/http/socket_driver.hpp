// src/http/socket_driver.hpp
//
// libcurl's sockets and its clock on our loop. Each socket has a poll for each direction, which stays with
// the kernel until it fires: libcurl takes its interest back after every request and states it again with
// the next, and between the two nothing has to be told to the kernel.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. A poll that is with the reactor belongs to a watch that lives until it has come back.
//   2. libcurl is never called from inside one of its own callbacks.
//   3. A descriptor is closed only after its polls have been asked to end.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <vector>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::http::detail {

class socket_driver {
 public:
  /// Told after libcurl has worked, and when a detached driver has become idle.
  struct listener {
    virtual void worked() = 0;
    virtual void drained() = 0;

   protected:
    ~listener() = default;
  };

  explicit socket_driver(listener& told) noexcept : listener_(told) {}
  socket_driver(const socket_driver&) = delete;
  socket_driver& operator=(const socket_driver&) = delete;
  ~socket_driver();

  /// Drives `multi` on `loop` from now on.
  void attach(CURLM* multi, asyncio::detail::loop_core& loop);
  /// No call into libcurl after this. Polls may still be on their way back.
  void detach() noexcept;

  /// Nothing of it is with the reactor or in the loop's queue.
  [[nodiscard]] bool is_idle() const noexcept { return in_flight_ == 0 && !kick_.is_queued; }
  [[nodiscard]] std::size_t sockets_open() const noexcept { return open_; }

  /// For CURLOPT_CLOSESOCKETFUNCTION, with the driver as its argument.
  static int close_socket(void* self, curl_socket_t fd);

 private:
  struct direction;
  struct watch;
  struct kick_node : asyncio::detail::ready_node {
    socket_driver* driver = nullptr;
    bool is_queued = false;
  };
  struct alarm : asyncio::detail::timer {
    socket_driver* driver = nullptr;
    time_point when;
  };

  static int socket_changed(CURL* easy, curl_socket_t fd, int wanted, void* self, void* unused);
  static int timer_changed(CURLM* multi, long milliseconds, void* self);

  void want(curl_socket_t fd, int wanted);
  void arm(watch& armed);
  void submit(direction& poll) noexcept;
  void came_back(direction& poll);
  void forget(curl_socket_t fd) noexcept;
  void release(watch& closed) noexcept;
  void kick() noexcept;
  void set_alarm(time_point when);
  void alarm_rang();
  void act(curl_socket_t fd, int events);

  listener& listener_;
  CURLM* multi_ = nullptr;
  asyncio::detail::loop_core* loop_ = nullptr;
  std::vector<watch*> by_fd_;
  std::size_t in_flight_ = 0;
  std::size_t open_ = 0;
  kick_node kick_;
  alarm alarm_;
  time_point due_ = time_point::never();  // when libcurl wants to be called; the alarm may ring earlier
};

}  // namespace overlap::http::detail
