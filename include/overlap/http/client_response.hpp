// include/overlap/http/client_response.hpp
//
// An answer whose headers are there and whose body may still be coming.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. Exactly one client_response or client_request owns a transfer. Dropping it ends the transfer and frees
//      its slot at once; a connection that is not at the end of a body is closed, else kept for the next.
//   2. At most one task waits for a transfer at a time.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/duration.hpp>
#include <overlap/http/errors.hpp>
#include <overlap/http/header_map.hpp>

namespace overlap::http {

namespace detail {

class transfer;

/// Ends a transfer and frees what it holds.
void drop(transfer* owned) noexcept;

/// A wait for more of a body.
class body_awaiter : asyncio::detail::waiter {
 public:
  enum class wish : std::uint8_t { some, all };

  body_awaiter(transfer* from, wish wanted, std::size_t bytes_max) noexcept
      : transfer_(from), bytes_max_(bytes_max), wish_(wanted) {}
  body_awaiter(const body_awaiter&) = delete;
  body_awaiter& operator=(const body_awaiter&) = delete;
  ~body_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(asyncio::detail::frame_of(handle));
  }
  std::string await_resume();

 private:
  bool begin(asyncio::detail::frame& awaiting);

  transfer* transfer_;
  std::size_t bytes_max_;
  wish wish_;
};

/// The wish for more of a body, not yet waiting.
struct [[nodiscard("nothing is read until this is awaited")]] body_request {
  transfer* from;
  body_awaiter::wish wanted;
  std::size_t bytes_max;
  body_awaiter operator co_await() const noexcept { return body_awaiter(from, wanted, bytes_max); }
};

}  // namespace detail

/// The body of an answer, piece by piece. While nobody reads, at most `read_buffer_bytes` and one piece from
/// the network (16 KiB) are kept, and the server is made to wait.
///
/// Python   aiohttp's response.content
class body_stream {
 public:
  /// The next bytes, as many as are there; empty at the end.
  ///
  /// Throws        client_payload_error  the body was cut or cannot be decoded
  ///               timeout_error         the deadline of the request passed
  /// Suspends      when nothing is there
  /// Cancellation  no byte is lost; the transfer goes on until the response is dropped
  /// Python        response.content.readany()
  detail::body_request read_chunk() noexcept { return read(static_cast<std::size_t>(-1)); }

  /// The same, at most `bytes_max` of them. Python: response.content.read(n)
  detail::body_request read(std::size_t bytes_max) noexcept {
    return {transfer_, detail::body_awaiter::wish::some, bytes_max};
  }

  /// Nothing is left to read. Python: at_eof
  [[nodiscard]] bool at_end() const noexcept;
  /// How many bytes are there for a reader now.
  [[nodiscard]] std::size_t buffered() const noexcept;

 private:
  friend class client_response;
  explicit body_stream(detail::transfer* from) noexcept : transfer_(from) {}
  detail::transfer* transfer_;
};

/// An answer: what `co_await session.get(url)` gives as soon as the headers are there.
///
/// Dropping it before the body's end closes the connection and frees its slot at once. It may outlive its
/// session; reading what has not arrived then throws invalid_state_error.
///
/// Python   aiohttp.ClientResponse
class client_response {
 public:
  client_response(client_response&& other) noexcept
      : content(std::exchange(other.content.transfer_, nullptr)) {}
  client_response& operator=(client_response other) noexcept {
    std::swap(content.transfer_, other.content.transfer_);
    return *this;
  }
  ~client_response() {
    if (content.transfer_ != nullptr) detail::drop(content.transfer_);
  }

  /// 200.
  [[nodiscard]] int status() const noexcept;
  /// "OK"; empty with HTTP/2, which has none.
  [[nodiscard]] std::string_view reason() const noexcept;
  /// The status is below 400.
  [[nodiscard]] bool ok() const noexcept { return status() < 400; }
  /// Of the last answer, after redirects. Built at the first call.
  [[nodiscard]] const header_map& headers() const;
  /// "GET", as it was asked first.
  [[nodiscard]] std::string_view method() const noexcept;
  /// Where the answer came from, after redirects.
  [[nodiscard]] std::string_view url() const;
  /// How many redirects were followed.
  [[nodiscard]] int redirect_count() const noexcept;
  /// "1.1", "2".
  [[nodiscard]] std::string_view http_version() const noexcept;
  /// "text/html" of Content-Type; "application/octet-stream" if there is none.
  [[nodiscard]] std::string_view content_type() const;
  /// The body's size in bytes as the server announced it (before decoding), or -1.
  [[nodiscard]] std::int64_t content_length() const;
  /// "utf-8" of Content-Type; empty if there is none.
  [[nodiscard]] std::string_view charset() const;
  /// From the first step of the request to the end of the headers.
  [[nodiscard]] duration elapsed() const noexcept;
  /// How long the server asks to wait (Retry-After, seconds or a date); nothing if it does not.
  [[nodiscard]] std::optional<duration> retry_after() const;

  /// Throws client_response_error if the status is 400 or more.
  const client_response& raise_for_status() const;

  /// The rest of the body. Suspends until all is there; errors and cancellation as in read_chunk().
  detail::body_request read() noexcept {
    return {content.transfer_, detail::body_awaiter::wish::all, static_cast<std::size_t>(-1)};
  }

  /// The rest of the body as UTF-8, converted from the charset of Content-Type; without one, or with an
  /// unknown one, the bytes as they are.
  class [[nodiscard("nothing is read until this is awaited")]] text_request;
  text_request text() noexcept;

  /// The body as a stream. See also read() and text() for small ones.
  body_stream content;

 private:
  friend class request_awaiter;
  explicit client_response(detail::transfer* owned) noexcept : content(owned) {}
};

/// What text() gives.
class client_response::text_request {
 public:
  class awaiter : detail::body_awaiter {
   public:
    explicit awaiter(detail::transfer* from) noexcept
        : body_awaiter(from, wish::all, static_cast<std::size_t>(-1)), transfer_(from) {}
    using body_awaiter::await_ready;
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      return body_awaiter::await_suspend(handle);
    }
    std::string await_resume();

   private:
    detail::transfer* transfer_;
  };

  explicit text_request(detail::transfer* from) noexcept : transfer_(from) {}
  awaiter operator co_await() const noexcept { return awaiter(transfer_); }

 private:
  detail::transfer* transfer_;
};

inline client_response::text_request client_response::text() noexcept {
  return text_request(content.transfer_);
}

}  // namespace overlap::http
