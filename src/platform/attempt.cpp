// src/platform/attempt.cpp
//
// Each kind of operation as its non-blocking system call.

#include "platform/attempt.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "platform/system_calls.hpp"

namespace overlap::platform {

namespace {

// Kernel: MAX_RW_COUNT, INT_MAX rounded down to a page.
constexpr std::size_t transfer_bytes_max = 0x7fff'f000;

long call(const io_operation& operation) noexcept {
  const std::size_t length = bounded_length(operation);
  const int flags = static_cast<int>(operation.flags);
  switch (operation.kind) {
    case io_kind::read:
      return operation.offset < 0 ? kernel.read(operation.fd, operation.buffer, length)
                                  : kernel.pread(operation.fd, operation.buffer, length, operation.offset);
    case io_kind::write:
      return operation.offset < 0 ? kernel.write(operation.fd, operation.buffer, length)
                                  : kernel.pwrite(operation.fd, operation.buffer, length, operation.offset);
    case io_kind::receive:
      return kernel.recv(operation.fd, operation.buffer, length, flags | MSG_DONTWAIT);
    case io_kind::send:
      return kernel.send(operation.fd, operation.buffer, length, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
    case io_kind::accept:
      return kernel.accept4(operation.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    case io_kind::connect:
      return kernel.connect(operation.fd, static_cast<const sockaddr*>(operation.buffer),
                            static_cast<socklen_t>(operation.length));
    case io_kind::poll:
      break;
  }
  errno = EINVAL;
  return -1;
}

// A connect that a signal interrupts goes on in the background like one that answered EINPROGRESS, and
// EALREADY says that an earlier, cancelled one is still under way. EAGAIN (a unix socket whose listener has
// no room) is an answer: nothing would ever report that there is room again.
bool has_to_wait(io_kind kind, int error) noexcept {
  if (kind == io_kind::connect) return error == EINPROGRESS || error == EALREADY || error == EINTR;
  return error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

std::uint32_t awaited_events(const io_operation& operation) noexcept {
  switch (operation.kind) {
    case io_kind::poll:
      return operation.flags & 0xffffU;
    case io_kind::read:
    case io_kind::receive:
    case io_kind::accept:
      return POLLIN;
    case io_kind::write:
    case io_kind::send:
    case io_kind::connect:
      return POLLOUT;
  }
  return 0;
}

std::size_t bounded_length(const io_operation& operation) noexcept {
  return std::min(operation.length, transfer_bytes_max);
}

std::int32_t attempt(const io_operation& operation) noexcept {
  for (;;) {
    const long result = call(operation);
    if (result >= 0) return static_cast<std::int32_t>(result);
    const int error = errno;
    if (has_to_wait(operation.kind, error)) return must_wait;
    if (error != EINTR) return -error;
  }
}

std::int32_t attempt_when_ready(const io_operation& operation) noexcept {
  if (operation.kind != io_kind::connect) return attempt(operation);
  int error = 0;
  socklen_t length = sizeof error;
  if (kernel.getsockopt(operation.fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return -errno;
  return -error;
}

}  // namespace overlap::platform
