// src/http/socket_driver.cpp
//
// See socket_driver.hpp.

#include "http/socket_driver.hpp"

#include <overlap/base/assert.hpp>

#include "platform/file_descriptor.hpp"

namespace overlap::http::detail {

using overlap::detail::io_operation;
using overlap::detail::poll_readable;
using overlap::detail::poll_writable;

namespace {

constexpr std::size_t events_at_once = 128;

std::uint32_t events_of(int wanted) noexcept {
  switch (wanted) {
    case CURL_POLL_IN:
      return poll_readable;
    case CURL_POLL_OUT:
      return poll_writable;
    case CURL_POLL_INOUT:
      return poll_readable | poll_writable;
    default:
      return 0;
  }
}

}  // namespace

socket_driver::socket_driver(listener& told) : listener_(told) {
  poll_.driver = this;
  poll_.fd = set_.fd();
  poll_.flags = poll_readable;
  poll_.completed = [](io_operation* operation) {
    auto* poll = static_cast<set_poll*>(operation);
    poll->is_in_flight = false;
    poll->driver->look();
  };
  kick_.driver = this;
  kick_.run = [](asyncio::detail::ready_node* node) { static_cast<kick_node*>(node)->driver->kicked(); };
  alarm_.driver = this;
  alarm_.fired = [](asyncio::detail::timer* rung) { static_cast<alarm*>(rung)->driver->alarm_rang(); };
}

socket_driver::~socket_driver() {
  OVERLAP_ASSERT(is_idle(), "an http session must be closed and idle before its driver dies");
}

void socket_driver::attach(CURLM* multi, asyncio::detail::loop_core& loop) {
  multi_ = multi;
  loop_ = &loop;
  ::curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &socket_changed);
  ::curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  ::curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &timer_changed);
  ::curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
}

void socket_driver::detach() noexcept {
  multi_ = nullptr;
  due_ = time_point::never();
  if (loop_ != nullptr) asyncio::detail::cancel_timer(*loop_, alarm_);
  if (poll_.is_in_flight) asyncio::detail::request_cancel(*loop_, poll_);
}

int socket_driver::socket_changed(CURL*, curl_socket_t fd, int wanted, void* self, void*) {
  static_cast<socket_driver*>(self)->want(fd, events_of(wanted));
  return 0;
}

void socket_driver::want(curl_socket_t fd, std::uint32_t wanted) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= by_fd_.size()) by_fd_.resize(index + 64);
  watch& changed = by_fd_[index];
  if (!changed.is_open) {
    if (wanted == 0) return;
    changed.is_open = true;
    ++open_;
  }
  wanted_ += (wanted != 0 ? 1U : 0U) - (changed.wanted != 0 ? 1U : 0U);
  changed.wanted = wanted;
  const std::uint32_t missing = wanted & ~changed.registered;
  // Of a socket it no longer wants anything of, libcurl tells after it may have closed it, and then another
  // thread may own the number: such a socket is left alone. If it still lives and speaks, serve() takes it
  // out.
  const std::uint32_t excess = wanted == 0 ? 0 : changed.registered & ~wanted & poll_writable;
  if (missing != 0 || excess != 0) register_for(fd, changed, wanted | (changed.registered & poll_readable));
  arm();
}

// A socket that cannot be registered is silent: the deadline ends its request.
void socket_driver::register_for(int fd, watch& changed, std::uint32_t events) noexcept {
  const std::uint64_t tag = std::uint64_t{changed.generation} << 32 | static_cast<std::uint32_t>(fd);
  if (set_.change(fd, changed.registered, events, tag) == 0) changed.registered = events;
}

void socket_driver::arm() noexcept {
  if (wanted_ == 0 || poll_.is_in_flight || multi_ == nullptr) return;
  try {
    // Over at once: refused, or ready already. Either way it is looked at in the next turn.
    poll_.is_in_flight = !asyncio::detail::submit_operation(*loop_, poll_);
  } catch (...) {
    poll_.is_in_flight = false;
  }
  if (!poll_.is_in_flight) kick();
}

void socket_driver::look() {
  if (multi_ != nullptr) {
    platform::descriptor_set::event events[events_at_once];
    const std::size_t count = set_.collect(events, events_at_once);
    for (std::size_t index = 0; index < count; ++index) serve(events[index]);
    arm();
  }
  if (multi_ == nullptr && is_idle()) listener_.drained();
}

void socket_driver::serve(const platform::descriptor_set::event& event) {
  const auto fd = static_cast<int>(event.tag & 0xffff'ffffU);
  watch& ready = by_fd_[static_cast<std::size_t>(fd)];
  // Of a socket that was closed by what an earlier event led to.
  if (!ready.is_open || ready.generation != static_cast<std::uint32_t>(event.tag >> 32)) return;
  if (ready.wanted == 0) {
    register_for(fd, ready, 0);  // an idle connection that its server has closed, or a paused body
    return;
  }
  const std::uint32_t errors = event.came & ~(poll_readable | poll_writable);
  const std::uint32_t unwanted = event.came & ready.registered & ~ready.wanted;
  if (unwanted != 0) register_for(fd, ready, ready.wanted);
  if (((event.came & ready.wanted) | errors) == 0) return;
  int events = 0;
  // Errors and the peer's end show themselves in whichever call libcurl makes next.
  if ((event.came & poll_readable) != 0 || (errors != 0 && (ready.wanted & poll_readable) != 0))
    events |= CURL_CSELECT_IN;
  if ((event.came & poll_writable) != 0 || (errors != 0 && (ready.wanted & poll_writable) != 0))
    events |= CURL_CSELECT_OUT;
  act(fd, events);
}

// libcurl closes a socket whose connecting was called off without telling: what is known under its number is
// then of a socket that the kernel has taken from the set.
int socket_driver::socket_opened(void* self, curl_socket_t fd, curlsocktype) {
  static_cast<socket_driver*>(self)->forget(fd, /*is_still_open=*/false);
  return CURL_SOCKOPT_OK;
}

int socket_driver::close_socket(void* self, curl_socket_t fd) {
  static_cast<socket_driver*>(self)->forget(fd, /*is_still_open=*/true);
  const platform::file_descriptor closed(fd);
  return 0;
}

void socket_driver::forget(curl_socket_t fd, bool is_still_open) noexcept {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= by_fd_.size() || !by_fd_[index].is_open) return;
  watch& closed = by_fd_[index];
  if (is_still_open && closed.registered != 0) register_for(fd, closed, 0);
  if (closed.wanted != 0) --wanted_;
  closed = watch{.generation = closed.generation + 1};
  --open_;
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

void socket_driver::kicked() {
  kick_.is_queued = false;
  if (multi_ != nullptr) act(CURL_SOCKET_TIMEOUT, 0);
  if (!poll_.is_in_flight) look();
}

// libcurl moves its next moment with nearly every request. An alarm that rings too early looks again, which
// is cheaper than moving it in the heap each time.
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
