// include/overlap/asyncio/sockets.hpp
//
// Sockets and other descriptors by their numbers: the lowest level of waiting for the outside world.
//
// Threads: the loop's thread only. Of one descriptor, one task may read and another write at the same time.
#pragma once

#include <coroutine>
#include <cstddef>
#include <span>
#include <string_view>

#include <overlap/asyncio/detail/io_wait.hpp>
#include <overlap/asyncio/task.hpp>
#include <overlap/base/detail/io_operation.hpp>

namespace overlap::asyncio {

namespace detail {

/// Throws os_error for a negative result; else gives it back.
std::size_t checked_io(const overlap::detail::io_operation& done, const char* doing);

/// What is asked of the kernel, not asked yet.
struct io_request {
  overlap::detail::io_kind kind;
  int fd;
  void* buffer;
  std::size_t length;
  std::uint32_t flags;
  const char* doing;  // for the error's text

  class awaiter : public io_wait {
   public:
    explicit awaiter(const io_request& request) noexcept : doing_(request.doing) {
      kind = request.kind;
      fd = request.fd;
      buffer = request.buffer;
      length = request.length;
      flags = request.flags;
    }
    [[nodiscard]] std::size_t await_resume() const { return checked_io(*this, doing_); }

   private:
    const char* doing_;
  };

  awaiter operator co_await() const noexcept { return awaiter(*this); }
};

template <class Result>
struct [[nodiscard("nothing happens until this is awaited")]] typed_io_request {
  io_request request;

  struct awaiter : io_request::awaiter {
    using io_request::awaiter::awaiter;
    [[nodiscard]] Result await_resume() const {
      return static_cast<Result>(io_request::awaiter::await_resume());
    }
  };
  awaiter operator co_await() const noexcept { return awaiter(request); }
};

/// For those that have nothing to say but that it has happened.
template <>
struct [[nodiscard("nothing happens until this is awaited")]] typed_io_request<void> {
  io_request request;

  struct awaiter : io_request::awaiter {
    using io_request::awaiter::awaiter;
    void await_resume() const { static_cast<void>(io_request::awaiter::await_resume()); }
  };
  awaiter operator co_await() const noexcept { return awaiter(request); }
};

}  // namespace detail

/// Receives up to `buffer.size()` bytes from a socket.
///
/// `fd` is borrowed and must be non-blocking; `buffer` belongs to the operation until it returns or stops. An
/// empty buffer waits like any other, takes no byte of a stream (of datagrams it drops one whole) and gives
/// 0, which looks like the end: to wait without receiving there is wait_readable.
///
/// Returns       how many bytes came, at least 1; 0 at the end of the stream, or for an empty buffer
/// Throws        os_error
/// Suspends      when there is nothing to receive
/// Cancellation  no byte is lost: what has been received is delivered, and the stop comes at the next wait
/// Python        loop.sock_recv_into
inline detail::typed_io_request<std::size_t> sock_recv(int fd, std::span<char> buffer) noexcept {
  return {{overlap::detail::io_kind::receive, fd, buffer.data(), buffer.size(), 0, "receive from socket"}};
}

/// Sends up to `bytes.size()` bytes, which are borrowed until it returns or stops. Gives how many were taken.
/// A peer that is gone is an os_error (EPIPE), never a signal.
inline detail::typed_io_request<std::size_t> sock_send(int fd, std::string_view bytes) noexcept {
  return {{overlap::detail::io_kind::send, fd, const_cast<char*>(bytes.data()), bytes.size(), 0,
           "send to socket"}};
}

/// Sends all of `bytes`, which are borrowed until it returns or stops. When it is cancelled, or throws, an
/// unknown part has been sent: close the socket then. Python: loop.sock_sendall.
inline task<> sock_sendall(int fd, std::string_view bytes) {
  while (!bytes.empty()) bytes.remove_prefix(co_await sock_send(fd, bytes));
}

/// Accepts a connection of a listening socket: its descriptor, non-blocking and close-on-exec, which the
/// caller owns. Cancellation loses no connection. Python: loop.sock_accept.
inline detail::typed_io_request<int> sock_accept(int fd) noexcept {
  return {{overlap::detail::io_kind::accept, fd, nullptr, 0, 0, "accept on socket"}};
}

/// Connects a socket to a sockaddr of `address_bytes` bytes, borrowed until it returns or stops.
/// Python: loop.sock_connect.
inline detail::typed_io_request<void> sock_connect(int fd, const void* address,
                                                   std::size_t address_bytes) noexcept {
  return {{overlap::detail::io_kind::connect, fd, const_cast<void*>(address), address_bytes, 0,
           "connect socket"}};
}

/// Waits until `fd` is readable (writable), or its other side has closed or failed. Python: loop.add_reader.
inline detail::typed_io_request<void> wait_readable(int fd) noexcept {
  return {{overlap::detail::io_kind::poll, fd, nullptr, 0, overlap::detail::poll_readable,
           "wait for descriptor"}};
}
inline detail::typed_io_request<void> wait_writable(int fd) noexcept {
  return {{overlap::detail::io_kind::poll, fd, nullptr, 0, overlap::detail::poll_writable,
           "wait for descriptor"}};
}

}  // namespace overlap::asyncio
