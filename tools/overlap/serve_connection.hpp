// tools/overlap/serve_connection.hpp
//
// A connection: requests one after the other, each answered before the next is read, also when the client has
// sent several ahead (pipelining).
//
// Threads: the loop's thread only.
#pragma once

#include <optional>
#include <string>

#include <overlap/asyncio/task.hpp>
#include <overlap/asyncio/timeout.hpp>
#include <overlap/base/intrusive_list.hpp>

#include "serve_exchange.hpp"
#include "serve_request.hpp"
#include "serve_socket.hpp"

namespace overlap::serve {

class connection : public intrusive_link<> {
 public:
  connection(owned_fd fd, server_state& server);
  ~connection();

  /// Serves until the client or the server closes. Throws os_error when the client is gone.
  asyncio::task<> run();

  /// Ends the wait for a request. A request that is being answered goes on.
  void stop_reading();

 private:
  class reading_mark;

  asyncio::task<std::optional<request>> next_request();
  asyncio::task<std::optional<request>> receive_request(asyncio::timeout& limit);
  asyncio::task<> answer_request(const request& asked);
  asyncio::task<> refuse(refusal why);
  asyncio::task<> close_gently();

  owned_fd fd_;
  server_state& server_;
  std::string received_;                 // bytes that no request has taken yet
  asyncio::timeout* reading_ = nullptr;  // not null while a request is being waited for
  bool is_open_ = true;
};

/// Serves one accepted connection to its end. Errors of the connection end it, and nothing else.
asyncio::task<> serve_connection(owned_fd fd, server_state& server);

}  // namespace overlap::serve
