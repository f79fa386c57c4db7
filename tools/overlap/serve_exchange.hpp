// tools/overlap/serve_exchange.hpp
//
// One request and its answer, and what the server knows beyond them.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. An answer's header is sent once, by begin() or reply(), and its body is never longer than announced.
//   2. A request is no longer in flight when its client can know that it has been answered; so nobody is ever
//      seen with more requests in flight than he has.
//   3. A body shorter than announced ends the connection: the client must see that it was cut.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <overlap/asyncio/task.hpp>
#include <overlap/asyncio/task_group.hpp>
#include <overlap/base/intrusive_list.hpp>
#include <overlap/futures/future.hpp>

#include "serve_request.hpp"

namespace overlap::serve {

class connection;

/// What /stats tells.
struct statistics {
  std::uint64_t requests = 0;       ///< ever begun, those of /stats left out
  std::uint64_t in_flight = 0;      ///< begun, and the last piece of the answer not sent
  std::uint64_t in_flight_max = 0;  ///< at once
  std::uint64_t connections = 0;    ///< ever accepted
  std::uint64_t open = 0;           ///< of those, not closed
  std::uint64_t open_max = 0;       ///< at once
};

/// A request counts as in flight while this lives.
class flight {
 public:
  explicit flight(statistics& counts) noexcept : counts_(counts) {
    ++counts_.requests;
    counts_.in_flight_max = std::max(counts_.in_flight_max, ++counts_.in_flight);
  }
  flight(const flight&) = delete;
  flight& operator=(const flight&) = delete;
  ~flight() { --counts_.in_flight; }

 private:
  statistics& counts_;
};

/// Requests that wait for each other.
struct barrier {
  std::uint64_t waiting = 0;
  futures::promise<void> all_there;
};

/// What outlives a connection.
struct server_state {
  statistics counts;
  bool is_stopping = false;
  bool is_verbose = false;
  intrusive_list<connection> connections;
  /// For /flaky and /retry-after: how often a client has been refused at a target.
  std::map<std::string, std::uint64_t> refusals;
  /// Of /barrier, by their number of requests.
  std::map<std::uint64_t, std::shared_ptr<barrier>> barriers;
};

/// A request that is being answered.
class exchange {
 public:
  exchange(int fd, const request& asked, server_state& server) noexcept
      : asked_(asked), server_(server), fd_(fd), keeps_alive_(asked.keeps_alive) {}

  [[nodiscard]] const request& asked() const noexcept { return asked_; }
  [[nodiscard]] server_state& server() const noexcept { return server_; }
  /// The client's address and the target: whose requests /flaky counts.
  [[nodiscard]] std::string client_and_target() const;

  /// From now until the last piece of the answer is sent, the request counts as in flight.
  void count() { flight_.emplace(server_.counts); }
  /// Adds a header to the answer, before it begins.
  void add_header(std::string_view name, std::string_view value);

  /// Answers at once. A HEAD request gets the header only.
  asyncio::task<> reply(int status, std::string_view type, std::string body);
  /// Begins an answer of `length` bytes, which send() then sends.
  asyncio::task<> begin(int status, std::string_view type, std::uint64_t length);
  /// Sends a piece of the body; suspends while the client does not take it. `bytes` are borrowed.
  asyncio::task<> send(std::string_view bytes);

  /// Awaits something that takes its time. If the client goes meanwhile, it is cancelled and os_error thrown.
  asyncio::task<> wait(asyncio::task<> something);

  /// Another request may follow on this connection.
  [[nodiscard]] bool keeps_alive() const noexcept { return keeps_alive_ && left_ == 0; }
  void close_afterwards() noexcept { keeps_alive_ = false; }

  [[nodiscard]] bool has_begun() const noexcept { return status_ != 0; }
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

 private:
  asyncio::task<> cancel_when_gone(asyncio::task_group& waiting, bool& is_gone) const;
  std::string header(int status, std::string_view type, std::uint64_t length);

  const request& asked_;
  server_state& server_;
  int fd_;
  bool keeps_alive_;
  int status_ = 0;          // 0: not begun
  std::uint64_t left_ = 0;  // bytes announced and not sent
  std::uint64_t sent_ = 0;  // bytes of the body
  std::string more_headers_;
  std::optional<flight> flight_;
};

}  // namespace overlap::serve
