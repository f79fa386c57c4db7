// tools/overlap/serve_connection.cpp
#include "serve_connection.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <span>
#include <utility>

#include <overlap/asyncio/event_loop.hpp>
#include <overlap/asyncio/sockets.hpp>
#include <overlap/asyncio/with.hpp>

#include "serve_routes.hpp"

namespace overlap::serve {

namespace {

using namespace std::chrono_literals;

// How long a client may take for the next request, from the end of the last answer to its last byte.
constexpr duration request_wait_max = 300s;
// How long, and for how many bytes, a closed connection listens to what the client still sends.
constexpr duration close_wait_max = 1s;
constexpr std::size_t close_bytes_max = std::size_t{256} * 1024;
constexpr std::size_t receive_bytes = 2048;

void print_line(const request& asked, const exchange& answer, duration taken) {
  std::fprintf(stderr, "%s %s %d %llu bytes %.3f s\n", asked.method.c_str(), asked.target.c_str(),
               answer.status(), static_cast<unsigned long long>(answer.sent()), taken.seconds());
}

}  // namespace

/// Makes the limit of the wait known to stop_reading() while the wait goes on, and no longer.
class connection::reading_mark {
 public:
  reading_mark(connection& owner, asyncio::timeout& limit) noexcept : owner_(owner) {
    owner_.reading_ = &limit;
  }
  reading_mark(const reading_mark&) = delete;
  reading_mark& operator=(const reading_mark&) = delete;
  ~reading_mark() { owner_.reading_ = nullptr; }

 private:
  connection& owner_;
};

connection::connection(owned_fd fd, server_state& server) : fd_(std::move(fd)), server_(server) {
  server_.connections.push_back(*this);
  ++server_.counts.connections;
  server_.counts.open_max = std::max(server_.counts.open_max, ++server_.counts.open);
}

connection::~connection() {
  --server_.counts.open;
  unlink();
}

void connection::stop_reading() {
  if (reading_ != nullptr && !reading_->expired()) reading_->reschedule(asyncio::get_running_loop().time());
}

asyncio::task<> connection::run() {
  while (is_open_ && !server_.is_stopping) {
    const std::optional<request> asked = co_await next_request();
    if (!asked) break;
    co_await answer_request(*asked);
  }
  co_await close_gently();
}

// Nothing if the client has closed, was too slow, or has sent what is no request.
asyncio::task<std::optional<request>> connection::next_request() {
  std::optional<refusal> why;
  try {
    co_return co_await asyncio::with(asyncio::timeout(request_wait_max),
                                     [this](asyncio::timeout& limit) { return receive_request(limit); });
  } catch (const timeout_error&) {
    co_return std::nullopt;
  } catch (const refusal& refused) {
    why = refused;
  }
  co_await refuse(*why);
  co_return std::nullopt;
}

asyncio::task<std::optional<request>> connection::receive_request(asyncio::timeout& limit) {
  const reading_mark mark(*this, limit);
  request_reader reader;
  for (;;) {
    received_.erase(0, reader.feed(received_));
    if (reader.is_done()) co_return reader.take();
    if (reader.takes_continue()) co_await asyncio::sock_sendall(fd_.get(), "HTTP/1.1 100 Continue\r\n\r\n");

    const std::size_t had = received_.size();
    received_.resize(had + receive_bytes);
    const std::size_t came =
        co_await asyncio::sock_recv(fd_.get(), std::span(received_.data() + had, receive_bytes));
    received_.resize(had + came);
    if (came == 0) co_return std::nullopt;
  }
}

asyncio::task<> connection::answer_request(const request& asked) {
  const asyncio::event_loop loop = asyncio::get_running_loop();
  const time_point began = loop.time();
  exchange answer(fd_.get(), asked, server_);
  std::optional<refusal> why;
  try {
    const route* found = find_route(asked);
    if (found == nullptr) throw refusal(404, "there is nothing at " + asked.target + "\n\n" + help_text());
    if (found->is_counted) answer.count();
    co_await found->serve(answer);
  } catch (const refusal& refused) {
    why = refused;
  }
  if (why) co_await answer.reply(why->status(), "text/plain; charset=utf-8", std::string(why->message()));
  if (server_.is_verbose) print_line(asked, answer, loop.time() - began);
  is_open_ = answer.keeps_alive();
}

// What came is no request, so nobody knows where the next one would begin: the connection ends.
asyncio::task<> connection::refuse(refusal why) {
  request unknown;
  unknown.keeps_alive = false;
  exchange answer(fd_.get(), unknown, server_);
  co_await answer.reply(why.status(), "text/plain; charset=utf-8", std::string(why.message()));
}

// Closing a socket that has unread bytes resets the connection, and the client may lose the end of the
// answer.
asyncio::task<> connection::close_gently() {
  end_sending(fd_.get());
  try {
    co_await asyncio::with(
        asyncio::timeout(close_wait_max), [this](asyncio::timeout& limit) -> asyncio::task<> {
          const reading_mark mark(*this, limit);
          received_.resize(receive_bytes);
          for (std::size_t dropped = 0, came = 1; came > 0 && dropped < close_bytes_max; dropped += came)
            came = co_await asyncio::sock_recv(fd_.get(), received_);
        });
  } catch (const timeout_error&) {
    co_return;  // it has had its time
  }
}

asyncio::task<> serve_connection(owned_fd fd, server_state& server) {
  connection served(std::move(fd), server);
  try {
    co_await served.run();
  } catch (const os_error&) {
    co_return;  // the client is gone: there is nobody to tell
  }
}

}  // namespace overlap::serve
