// include/overlap/http/client_session.hpp
//
// A session: connections that are used again, limits, and what all requests have in common.
//
// Threads: the thread of the loop that it was first used in. A second loop is refused while the first one
// runs; after its end the session is closed.
#pragma once

#include <coroutine>
#include <cstddef>
#include <string_view>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/task.hpp>
#include <overlap/http/client_response.hpp>
#include <overlap/http/request_options.hpp>

namespace overlap::http {

namespace detail {
class engine;
}

/// Waits for the headers of an answer.
class request_awaiter : asyncio::detail::waiter {
 public:
  explicit request_awaiter(detail::transfer* owned) noexcept : transfer_(owned) {}
  request_awaiter(const request_awaiter&) = delete;
  request_awaiter& operator=(const request_awaiter&) = delete;
  ~request_awaiter() {
    if (transfer_ != nullptr) detail::drop(transfer_);
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(asyncio::detail::frame_of(handle));
  }
  client_response await_resume();

 private:
  bool begin(asyncio::detail::frame& awaiting);

  detail::transfer* transfer_;
};

/// A request that has not begun. It begins when it is awaited; dropped before, it never does.
class [[nodiscard("a request is not sent until it is awaited")]] client_request {
 public:
  client_request(client_request&& other) noexcept : transfer_(std::exchange(other.transfer_, nullptr)) {}
  client_request& operator=(client_request other) noexcept {
    std::swap(transfer_, other.transfer_);
    return *this;
  }
  ~client_request() {
    if (transfer_ != nullptr) detail::drop(transfer_);
  }

  request_awaiter operator co_await() && noexcept {
    return request_awaiter(std::exchange(transfer_, nullptr));
  }

 private:
  friend class client_session;
  explicit client_request(detail::transfer* owned) noexcept : transfer_(owned) {}
  detail::transfer* transfer_;
};

/// Makes requests for any number of tasks: `auto response = co_await session.get(url);`.
///
/// Connections are kept and used again. A total deadline is always on (300 s unless told otherwise). Only
/// http and https are spoken, also after a redirect. Use it as a plain object, or
/// `co_await with(client_session({…}), [](client_session& session) -> task<> { … })`, which also waits until
/// its connections are closed. When it is destroyed, requests that still run end with invalid_state_error.
///
/// Threads  the loop's thread, all members
/// Python   aiohttp.ClientSession
class client_session {
 public:
  client_session() : client_session(session_options()) {}
  explicit client_session(const session_options& options);
  client_session(client_session&& other) noexcept : engine_(std::exchange(other.engine_, nullptr)) {}
  client_session& operator=(client_session other) noexcept {
    std::swap(engine_, other.engine_);
    return *this;
  }
  ~client_session();

  /// Asks for `url` and gives the answer as soon as its headers are there (client_response).
  ///
  /// Throws        when awaited: invalid_url, client_connection_error, too_many_redirects,
  ///               client_response_error (with raise_for_status), overlap::timeout_error;
  ///               invalid_state_error if the session is closed or belongs to another loop
  /// Suspends      always
  /// Cancellation  the request is withdrawn at once and its slot is free
  /// Cost          with a kept connection within 10 % of bare libcurl
  /// Python        session.get(url, …)
  client_request get(std::string_view url, const request_options& options = no_request_options) {
    return request("GET", url, options);
  }
  client_request post(std::string_view url, const request_options& options = no_request_options) {
    return request("POST", url, options);
  }
  client_request put(std::string_view url, const request_options& options = no_request_options) {
    return request("PUT", url, options);
  }
  client_request patch(std::string_view url, const request_options& options = no_request_options) {
    return request("PATCH", url, options);
  }
  /// DELETE; the plain word is C++'s own.
  client_request delete_(std::string_view url, const request_options& options = no_request_options) {
    return request("DELETE", url, options);
  }
  client_request head(std::string_view url, const request_options& options = no_request_options) {
    return request("HEAD", url, options);
  }
  client_request options(std::string_view url, const request_options& options = no_request_options) {
    return request("OPTIONS", url, options);
  }
  /// Any method, in capital letters.
  client_request request(std::string_view method, std::string_view url,
                         const request_options& options = no_request_options);

  /// What the session is doing now.
  struct statistics_result {
    std::size_t requests_active;   ///< hold a slot
    std::size_t requests_waiting;  ///< for a slot
    std::size_t connections_open;
  };
  [[nodiscard]] statistics_result statistics() const noexcept;

  /// Closes all connections; requests that still run end with invalid_state_error. A second call does
  /// nothing.
  void close() noexcept;
  [[nodiscard]] bool closed() const noexcept;

  /// For `with`: entering binds the session to the loop, leaving closes it and waits until all is closed.
  asyncio::task<> enter();
  asyncio::task<> leave();

 private:
  detail::engine* engine_;
};

}  // namespace overlap::http
