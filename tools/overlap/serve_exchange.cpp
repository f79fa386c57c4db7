// tools/overlap/serve_exchange.cpp
#include "serve_exchange.hpp"

#include <boost/beast/http/status.hpp>
#include <utility>

#include <overlap/asyncio/sockets.hpp>
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
  co_await asyncio::sock_sendall(fd_, text);
}

asyncio::task<> exchange::begin(int status, std::string_view type, std::uint64_t length) {
  const std::string text = header(status, type, length);
  co_await asyncio::sock_sendall(fd_, text);
}

asyncio::task<> exchange::send(std::string_view bytes) {
  if (asked_.is_head() || has_no_body(status_)) co_return;
  OVERLAP_ASSERT(bytes.size() <= left_, "send no more than begin() has announced");
  co_await asyncio::sock_sendall(fd_, bytes);
  left_ -= bytes.size();
  sent_ += bytes.size();
}

}  // namespace overlap::serve
