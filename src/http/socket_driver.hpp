// src/http/socket_driver.hpp
//
// libcurl's sockets and its clock on our loop. The sockets are in a set of their own, which the loop polls
// as one descriptor. libcurl takes its interest in a socket back after every answer and states it again with
// the next request; the registration stays between the two, so the kernel is not told of either.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. libcurl is never called from inside one of its own callbacks.
//   2. What libcurl wants of a socket is registered; more than that is taken off when it first fires, and
//      writability, which fires all the time, at once.
//   3. After detach() libcurl is not called; the one poll may still be on its way back.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/detail/io_operation.hpp>
#include <overlap/base/time_point.hpp>

#include "platform/descriptor_set.hpp"

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

  explicit socket_driver(listener& told);
  socket_driver(const socket_driver&) = delete;
  socket_driver& operator=(const socket_driver&) = delete;
  ~socket_driver();

  /// Drives `multi` on `loop` from now on.
  void attach(CURLM* multi, asyncio::detail::loop_core& loop);
  void detach() noexcept;

  /// Nothing of it is with the reactor or in the loop's queue.
  [[nodiscard]] bool is_idle() const noexcept { return !poll_.is_in_flight && !kick_.is_queued; }
  [[nodiscard]] std::size_t sockets_open() const noexcept { return open_; }

  /// For CURLOPT_SOCKOPTFUNCTION and CURLOPT_CLOSESOCKETFUNCTION, with the driver as their argument.
  static int socket_opened(void* self, curl_socket_t fd, curlsocktype purpose);
  static int close_socket(void* self, curl_socket_t fd);

 private:
  struct watch {
    std::uint32_t generation = 0;  // tells sockets apart that had the same number
    std::uint32_t wanted = 0;      // bits of poll(2)
    std::uint32_t registered = 0;
    bool is_open = false;
  };
  struct set_poll : overlap::detail::io_operation {
    socket_driver* driver = nullptr;
    bool is_in_flight = false;
  };
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

  void want(curl_socket_t fd, std::uint32_t wanted);
  void register_for(int fd, watch& changed, std::uint32_t events) noexcept;
  void forget(curl_socket_t fd, bool is_still_open) noexcept;
  void arm() noexcept;
  void look();
  void serve(const platform::descriptor_set::event& event);
  void kick() noexcept;
  void kicked();
  void set_alarm(time_point when);
  void alarm_rang();
  void act(curl_socket_t fd, int events);

  listener& listener_;
  CURLM* multi_ = nullptr;
  asyncio::detail::loop_core* loop_ = nullptr;
  platform::descriptor_set set_;
  set_poll poll_;
  std::vector<watch> by_fd_;
  std::size_t open_ = 0;
  std::size_t wanted_ = 0;  // watches of which libcurl wants something
  kick_node kick_;
  alarm alarm_;
  time_point due_ = time_point::never();  // when libcurl wants to be called; the alarm may ring earlier
};

}  // namespace overlap::http::detail
