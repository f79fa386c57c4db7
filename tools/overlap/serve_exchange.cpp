// tools/overlap/serve_exchange.cpp
#include "serve_exchange.hpp"

#include <boost/beast/http/status.hpp>
#include <cerrno>
#include <utility>

#include <overlap/asyncio/sockets.hpp>
#include <overlap/asyncio/with.hpp>
#include <overlap/base/assert.hpp>

#include "serve_socket.hpp"

namespace overlap::serve {

namespace {

// RFC 9110, 6.4.1: these answers have no body, whatever their header says.
bool has_no_body(int status) { return status == 204 || status == 304; }

}  // namespace

std::string exchange::client_and_target() const { return peer_of(fd_) + " " + asked_.target; }

void exchange::add_header(std::string_view name, std::string_view value) {
  more_headers_.append(name).append(": ").append(value).append("\r\n");
}

std::string exchange::header(int status, std::string_view type, std::uint64_t length) {
  OVERLAP_ASSERT(!has_begun(), "an answer has begun already: answer each request once");
  status_ = status;
  if (server_.is_stopping) keeps_alive_ = false;
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  text.append(reason.data(), reason.size()).append("\r\nServer: overlap\r\n");
  if (!has_no_body(status)) {
    text.append("Content-Type: ").append(type).append("\r\n");
    text.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
    if (!asked_.is_head()) left_ = length;
  }
  text.append(more_headers_).append(keeps_alive_ ? "" : "Connection: close\r\n").append("\r\n");
  return text;
}

asyncio::task<> exchange::reply(int status, std::string_view type, std::string body) {
  std::string text = header(status, type, body.size());
  if (left_ > 0) text.append(body);
  sent_ = std::exchange(left_, 0);
  flight_.reset();
  co_await asyncio::sock_sendall(fd_, text);
}

asyncio::task<> exchange::begin(int status, std::string_view type, std::uint64_t length) {
  const std::string text = header(status, type, length);
  co_await asyncio::sock_sendall(fd_, text);
}

asyncio::task<> exchange::send(std::string_view bytes) {
  if (asked_.is_head() || has_no_body(status_)) co_return;
  OVERLAP_ASSERT(bytes.size() <= left_, "send no more than begin() has announced");
  if (bytes.size() == left_) flight_.reset();
  co_await asyncio::sock_sendall(fd_, bytes);
  left_ -= bytes.size();
  sent_ += bytes.size();
}

asyncio::task<> exchange::wait(asyncio::task<> something) {
  bool is_gone = false;
  co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& waiting) -> asyncio::task<> {
    waiting.create_task(cancel_when_gone(waiting, is_gone));
    co_await std::move(something);
    waiting.cancel("the wait is over");
  });
  if (is_gone) throw os_error(ECONNRESET, "answer", asked_.target);
}

asyncio::task<> exchange::cancel_when_gone(asyncio::task_group& waiting, bool& is_gone) const {
  co_await asyncio::wait_readable(fd_);
  // Else it has sent its next request: then it is still there, and nobody looks again until this one is
  // answered.
  if (!is_at_end(fd_)) co_return;
  is_gone = true;
  waiting.cancel("the client is gone");
}

}  // namespace overlap::serve
