// src/http/socket_driver.cpp
//
// See socket_driver.hpp.

#include "http/socket_driver.hpp"

#include <poll.h>
#include <unistd.h>

#include <utility>

#include <overlap/base/assert.hpp>
#include <overlap/base/detail/io_operation.hpp>

namespace overlap::http::detail {

using overlap::detail::io_operation;

struct socket_driver::direction : io_operation {
  watch* of = nullptr;
  bool is_wanted = false;
  bool is_in_flight = false;
};

struct socket_driver::watch {
  socket_driver* driver = nullptr;
  direction readable;
  direction writable;
  bool is_closed = false;
  bool is_acting = false;  // libcurl is working on an event of it

  watch(socket_driver& owner, int fd) : driver(&owner) {
    for (direction* each : {&readable, &writable}) {
      each->of = this;
      each->fd = fd;
      each->completed = [](io_operation* operation) {
        auto* poll = static_cast<direction*>(operation);
        poll->of->driver->came_back(*poll);
      };
    }
    readable.flags = overlap::detail::poll_readable;
    writable.flags = overlap::detail::poll_writable;
  }
};

socket_driver::~socket_driver() {
  OVERLAP_ASSERT(in_flight_ == 0, "a session's driver must outlive its polls: do not end the loop by force");
  for (watch* each : by_fd_) delete each;
}

void socket_driver::attach(CURLM* multi, asyncio::detail::loop_core& loop) {
  multi_ = multi;
  loop_ = &loop;
  kick_.driver = this;
  kick_.run = [](asyncio::detail::ready_node* node) {
    auto* kicked = static_cast<kick_node*>(node);
    kicked->is_queued = false;
    socket_driver& driver = *kicked->driver;
    if (driver.multi_ != nullptr) driver.act(CURL_SOCKET_TIMEOUT, 0);
    if (driver.multi_ == nullptr && driver.is_idle()) driver.listener_.drained();
  };
  alarm_.driver = this;
  alarm_.fired = [](asyncio::detail::timer* rung) { static_cast<alarm*>(rung)->driver->alarm_rang(); };
  ::curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &socket_changed);
  ::curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  ::curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &timer_changed);
  ::curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
}

void socket_driver::detach() noexcept {
  multi_ = nullptr;
  due_ = time_point::never();
  if (loop_ != nullptr) asyncio::detail::cancel_timer(*loop_, alarm_);
}

int socket_driver::socket_changed(CURL*, curl_socket_t fd, int wanted, void* self, void*) {
  static_cast<socket_driver*>(self)->want(fd, wanted);
  return 0;
}

void socket_driver::want(curl_socket_t fd, int wanted) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= by_fd_.size()) by_fd_.resize(index + 16, nullptr);
  watch*& place = by_fd_[index];
  if (place == nullptr) {
    if (wanted == CURL_POLL_REMOVE) return;
    place = new watch(*this, fd);
    ++open_;
  }
  watch& wished = *place;
  wished.readable.is_wanted = wanted == CURL_POLL_IN || wanted == CURL_POLL_INOUT;
  wished.writable.is_wanted = wanted == CURL_POLL_OUT || wanted == CURL_POLL_INOUT;
  if (!wished.is_acting) arm(wished);
}

void socket_driver::arm(watch& armed) {
  if (armed.readable.is_wanted && !armed.readable.is_in_flight) submit(armed.readable);
  if (armed.writable.is_wanted && !armed.writable.is_in_flight) submit(armed.writable);
}

// Called by libcurl too, so nothing is thrown.
void socket_driver::submit(direction& poll) noexcept {
  bool is_refused = true;
  try {
    is_refused = asyncio::detail::submit_operation(*loop_, poll);
  } catch (...) {
    is_refused = true;  // the kernel has no room: to libcurl the socket is silent, and the deadline ends it
  }
  if (is_refused) {
    kick();  // libcurl finds out what is wrong with the socket when it is called
    return;
  }
  poll.is_in_flight = true;
  ++in_flight_;
}

void socket_driver::came_back(direction& poll) {
  watch& fired = *poll.of;
  poll.is_in_flight = false;
  --in_flight_;
  if (poll.is_wanted && !fired.is_closed && multi_ != nullptr) {
    int events = poll.result < 0 || (poll.result & (POLLERR | POLLNVAL)) != 0 ? CURL_CSELECT_ERR : 0;
    if (poll.result > 0 && (poll.result & (POLLIN | POLLHUP)) != 0) events |= CURL_CSELECT_IN;
    if (poll.result > 0 && (poll.result & POLLOUT) != 0) events |= CURL_CSELECT_OUT;
    fired.is_acting = true;
    act(poll.fd, events);
    fired.is_acting = false;
    if (!fired.is_closed && multi_ != nullptr) arm(fired);
  }
  if (fired.is_closed) release(fired);
  if (multi_ == nullptr && is_idle()) listener_.drained();
}

int socket_driver::close_socket(void* self, curl_socket_t fd) {
  static_cast<socket_driver*>(self)->forget(fd);
  return ::close(fd);
}

void socket_driver::forget(curl_socket_t fd) noexcept {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= by_fd_.size()) return;
  watch* closed = std::exchange(by_fd_[index], nullptr);
  if (closed == nullptr) return;
  --open_;
  closed->is_closed = true;
  for (direction* each : {&closed->readable, &closed->writable})
    if (each->is_in_flight) asyncio::detail::request_cancel(*loop_, *each);
  release(*closed);
}

void socket_driver::release(watch& closed) noexcept {
  if (!closed.is_acting && !closed.readable.is_in_flight && !closed.writable.is_in_flight) delete &closed;
}

int socket_driver::timer_changed(CURLM*, long milliseconds, void* self) {
  auto* driver = static_cast<socket_driver*>(self);
  if (milliseconds < 0) {
    driver->due_ = time_point::never();
  } else if (milliseconds == 0) {
    // Once a turn for all requests that begin in it.
    driver->kick();
  } else {
    driver->set_alarm(asyncio::detail::loop_now(*driver->loop_) +
                      duration::from_nanoseconds(milliseconds * std::int64_t{1'000'000}));
  }
  return 0;
}

void socket_driver::kick() noexcept {
  if (kick_.is_queued) return;
  kick_.is_queued = true;
  loop_->push(kick_);
}

// libcurl moves its next moment with nearly every request, mostly backwards in importance: an alarm that
// rings too early looks again, which is cheaper than moving it in the heap each time.
void socket_driver::set_alarm(time_point when) {
  due_ = when;
  if (alarm_.is_queued() && alarm_.when <= when) return;
  alarm_.when = when;
  asyncio::detail::cancel_timer(*loop_, alarm_);
  asyncio::detail::start_timer(*loop_, alarm_, when);
}

void socket_driver::alarm_rang() {
  if (multi_ == nullptr || due_.is_never()) return;
  if (asyncio::detail::loop_now(*loop_) < due_) {
    set_alarm(due_);
    return;
  }
  due_ = time_point::never();
  act(CURL_SOCKET_TIMEOUT, 0);
}

void socket_driver::act(curl_socket_t fd, int events) {
  int running = 0;
  ::curl_multi_socket_action(multi_, fd, events, &running);
  listener_.worked();
}

}  // namespace overlap::http::detail
